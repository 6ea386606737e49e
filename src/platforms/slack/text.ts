// Keeps others' text plain in Slack: escaped for mrkdwn, or in a block that shows it literally.

import type { MrkdwnElement, PlainTextElement, RichTextBlock } from '@slack/types'
import { disarmed, type Excerpts, fullest } from '../content/text.ts'

/** Slack refuses messages somewhere past 11,000 characters with `msg_blocks_too_long`, undocumented. */
const MAX_MESSAGE_JSON = 10_000

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text of others inside mrkdwn, where Slack can escape only `& < >`. */
export function inert(text: string): string {
  return disarmed(text).replace(/[&<>]/g, (mark) => ESCAPES[mark] ?? '')
}

export function literal(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false }
}

/** Only for words of our own, and for what is `inert`. */
export function markup(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true }
}

export function preformatted(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  }
}

/** Words of our own that lead to an address of ours, in mrkdwn. */
export function linked(url: string, words: string): string {
  return `<${inAngles(url)}|${words}>`
}

function inAngles(url: string): string {
  return url.replace(/[&<>|]/g, (mark) => (mark === '&' ? '&amp;' : encodeURIComponent(mark)))
}

/** The fullest message that Slack takes. */
export function fitted<T>(draw: (excerpts: Excerpts) => T): T {
  return fullest(draw, isShortEnough)
}

export function isShortEnough(message: unknown): boolean {
  return JSON.stringify(message).length <= MAX_MESSAGE_JSON
}
