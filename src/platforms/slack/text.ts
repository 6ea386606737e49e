// Writes lines of ours in Slack's mrkdwn, and others' text where Slack shows it literally.

import type { MrkdwnElement, PlainTextElement, RichTextBlock } from '@slack/types'
import { quoted } from '../../kit/quoted.ts'
import { around, type Line, type Writing, written } from '../content/line.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** All that mrkdwn can make something of: formatting, an emoji, a mention, a channel, a bare link. */
const LIVE = /[*_~`:@#/\\]|\.(?=\S)/

/** A line as mrkdwn: in code, nothing of others comes alive, and nothing needs another character but a backtick. */
export function mrkdwn(line: Line): string {
  return written(line, MRKDWN)
}

const MRKDWN: Writing = {
  words: escaped,
  strong: (text) => around('*', escaped(text)),
  id: code,
  name: (text) => (LIVE.test(text) ? code(text) : escaped(text)),
  quote: (text) => code(quoted(text)),
  time: date,
  link: (words, url) => `<${inAngles(url)}|${escaped(words)}>`,
}

function code(text: string): string {
  return `\`${escaped(text.replaceAll('`', 'ˋ'))}\``
}

/** All that Slack asks for; https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ESCAPES[mark] ?? '')
}

function inAngles(url: string): string {
  return url.replace(/[&<>|]/g, (mark) => (mark === '&' ? '&amp;' : encodeURIComponent(mark)))
}

/** A time of ours, which every reader sees in their own zone. */
function date(iso: string): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? '' : `<!date^${Math.floor(at / 1000)}^{date_short_pretty} at {time}|${iso}>`
}

export function markup(line: Line): MrkdwnElement {
  return { type: 'mrkdwn', text: mrkdwn(line), verbatim: true }
}

export function literal(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false }
}

/** Several lines of others' text under a label of ours: a bar beside them says where they begin and end. */
export function quotation(label: string, text: string): RichTextBlock {
  return labelled(label, { type: 'rich_text_quote', elements: [{ type: 'text', text }] })
}

export function preformatted(label: string, text: string): RichTextBlock {
  return labelled(label, { type: 'rich_text_preformatted', elements: [{ type: 'text', text }] })
}

function labelled(label: string, body: RichTextBlock['elements'][number]): RichTextBlock {
  const words = { type: 'text', text: label, style: { bold: true } } as const
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [words] }, body] }
}
