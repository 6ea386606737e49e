// Builds a message for Slack: a line that notifies, and a coloured card under it.

import type { KnownBlock } from '@slack/types'
import type { ApprovalStatus } from '../../approvals/view.ts'
import type { Severity } from '../../events/severity.ts'
import type { RenderOptions } from '../render-options.ts'

/** The arguments of `chat.postMessage`, and of `chat.update`, whose `parse` would otherwise be `client`. */
export interface SlackMessage {
  /** Shown above the card and in notifications. */
  text: string
  attachments: [{ color: string; blocks: KnownBlock[] }]
  parse: 'none'
  unfurl_links: false
  unfurl_media: false
}

/** The bar beside a card. */
export const COLORS: Record<Severity | Exclude<ApprovalStatus, 'pending'>, string> = {
  info: '#4A90D9',
  low: '#4A90D9',
  medium: '#E8A317',
  high: '#E8590C',
  critical: '#B00020',
  approved: '#2EB67D',
  denied: '#E01E5A',
  expired: '#868E96',
  withdrawn: '#868E96',
}

/** Everybody in the channel; `parse: 'none'` leaves it alive. https://docs.slack.dev/messaging/formatting-message-text */
const EVERYBODY = '<!channel>'

/** `line` and the card's mrkdwn hold nothing of others that is not `inert`. */
export function slackMessage(
  line: string,
  color: keyof typeof COLORS,
  blocks: KnownBlock[],
  { mention }: Pick<RenderOptions, 'mention'>,
): SlackMessage {
  return {
    text: mention ? `${EVERYBODY} ${line}` : line,
    attachments: [{ color: COLORS[color], blocks }],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }
}

/** A time of ours, which every reader sees in their own zone. */
export function date(iso: string): string {
  return `<!date^${Math.floor(Date.parse(iso) / 1000)}^{date_short_pretty} at {time}|${iso}>`
}
