// Builds a message for Slack: a line that notifies, and a coloured card under it.

import type { KnownBlock } from '@slack/types'
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

/** The bar beside a card. What waits is never in the colour of what was denied. */
const COLORS: Record<Tone, string> = {
  info: '#4A90D9',
  low: '#4A90D9',
  medium: '#E8A317',
  high: '#E8590C',
  critical: '#B00020',
  pending_info: '#4A90D9',
  pending_low: '#4A90D9',
  pending_medium: '#E8A317',
  pending_high: '#E8590C',
  pending_critical: '#7B3FBF',
  approved: '#2EB67D',
  denied: '#E01E5A',
  expired: '#868E96',
  withdrawn: '#868E96',
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
    attachments: [{ color: COLORS[tone], blocks }],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }
}

export function isShortEnough(message: { text: string }): boolean {
  return message.text.length <= MAX_TEXT && JSON.stringify(message).length <= MAX_MESSAGE_JSON
}
