// Draws in Slack what one person alone is told: a line that leads to the approval.

import type { KnownBlock } from '@slack/types'
import type { Line } from '../content/line.ts'
import { markup, mrkdwn } from './text.ts'

/** The arguments of `chat.postMessage` beside whom it is for. */
export interface NoticeMessage {
  /** In notifications. */
  text: string
  blocks: KnownBlock[]
  parse: 'none'
  unfurl_links: false
  unfurl_media: false
}

export function noticeMessage(line: Line): NoticeMessage {
  return {
    text: mrkdwn(line),
    blocks: [{ type: 'section', text: markup(line) }],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }
}
