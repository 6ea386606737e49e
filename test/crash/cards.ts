// Reads the cards in Slack as a person does: what they say, what can be pressed, and what in them is untrue.

import type { SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'
import { CHANNELS } from '../fakes/lasting-slack.ts'

type Message = ReturnType<SlackStandIn['messages']>[number]

export interface Card {
  channel: string
  ts: string
  handle: string
  approvalId: string
  text: string
  /** Which of Approve and Deny can be pressed. */
  buttons: string[]
}

/** Every card that stands in a channel, whoever remembers it; not what only one person sees. */
export function cardsIn(slack: SlackStandIn): Card[] {
  return CHANNELS.flatMap((channel) => slack.messages(channel))
    .filter((message) => !message.ephemeralFor)
    .map(readCard)
}

export function readCard(message: Message): Card {
  const { channel, ts, text } = message
  const blocks = message.attachments.flatMap((attachment) => (attachment.blocks ?? []) as Block[])
  const elements = blocks.flatMap((block) => block.elements ?? [])
  const buttons = elements.flatMap(({ action_id }) =>
    action_id === 'approve_action' || action_id === 'deny_action' ? [action_id] : [],
  )
  const [approvalId = ''] = /apr_[0-9a-z]{26}/.exec(JSON.stringify(blocks)) ?? []
  return { channel, ts, handle: `${channel}/${ts}`, approvalId, text, buttons }
}

interface Block {
  elements?: { action_id?: string }[]
}

/** What the top line of a card says when it tells the truth. */
function headlineOf(status: string, reviewer: string | undefined): string {
  if (status === 'approved') return `*✅ Approved by* ${reviewer}: `
  if (status === 'denied') return `*❌ Denied by* ${reviewer}: `
  if (status === 'withdrawn') return '*🚫 Withdrawn*, '
  if (status === 'expired') return '*⌛ Expired*, '
  return ' · Approve* '
}

/** What is wrong with a card of an approval in that state; undefined when it tells the truth. */
export function lieOf(card: Card, status: string, reviewer: string | undefined): string | undefined {
  const expected = headlineOf(status, reviewer)
  if (!card.text.includes(expected)) return `${card.handle} says "${card.text}" instead of "${expected}"`
  const buttons = status === 'pending' ? 2 : 0
  if (card.buttons.length !== buttons) return `${card.handle} has ${card.buttons.length} buttons: ${status}`
  return undefined
}
