// Makes a modal of Slack: one that is still empty, one that says why not, and what all of them have.

import type { KnownBlock, ModalView } from '@slack/types'
import type { Message } from '../platform.ts'
import { refusalText, type Told } from './reply-card.ts'
import { literal } from './text.ts'

/** An approval as it stands. */
export type Approval = Extract<Message, { kind: 'approval' }>['view']

/** `title`: at most 24 characters, as everything on its frame. */
export function modal(title: string, blocks: KnownBlock[], more: Partial<ModalView> = {}): ModalView {
  return { type: 'modal', title: literal(title), close: literal('Close'), blocks, ...more }
}

/** Until we know what it may show. */
export function loadingModal(title: string): ModalView {
  return modal(title, [{ type: 'section', text: literal('Loading…') }])
}

export function refusalModal(title: string, told: Told): ModalView {
  const text = { type: 'mrkdwn', text: refusalText(told), verbatim: true } as const
  return modal(title, [{ type: 'section', text }])
}
