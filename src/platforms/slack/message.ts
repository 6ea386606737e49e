// Builds a message for Slack: a line that notifies, and a coloured card under it.

import type { KnownBlock } from '@slack/types'
import { COLORS } from '../content/colors.ts'
import type { Tone } from '../content/content.ts'
import type { Line } from '../content/line.ts'
import type { RenderOptions } from '../render-options.ts'
import { mrkdwn } from './text.ts'

/** The arguments of `chat.postMessage`, and of `chat.update`, whose `parse` would otherwise be `client`. */
export interface SlackMessage {
  /** Shown above the card and in notifications. */
  text: string
  attachments: [{ color: string; blocks: KnownBlock[] }]
  parse: 'none'
  unfurl_links: false
  unfurl_media: false
}

/** Everybody in the channel; `parse: 'none'` leaves it alive. https://docs.slack.dev/messaging/formatting-message-text */
const EVERYBODY = '<!channel>'
/** Slack refuses messages somewhere past 11,000 characters with `msg_blocks_too_long`, undocumented. */
const MAX_MESSAGE_JSON = 10_000
/** https://docs.slack.dev/reference/methods/chat.update */
const MAX_TEXT = 4000

export function slackMessage(
  line: Line,
  tone: Tone,
  blocks: KnownBlock[],
  { mention }: Pick<RenderOptions, 'mention'>,
): SlackMessage {
  return {
    text: mention ? `${EVERYBODY} ${mrkdwn(line)}` : mrkdwn(line),
    attachments: [{ color: barColor(tone), blocks }],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }
}

/** Of the bar beside a card: `#4A90D9`. */
function barColor(tone: Tone): string {
  return `#${COLORS[tone].toString(16).padStart(6, '0').toUpperCase()}`
}

export function isShortEnough(message: { text: string }): boolean {
  return message.text.length <= MAX_TEXT && JSON.stringify(message).length <= MAX_MESSAGE_JSON
}
