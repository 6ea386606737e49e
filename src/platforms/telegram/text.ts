// Keeps others' text plain in Telegram: shown as code, in which it finds no link, mention or command.

import { webUrl } from '../content/text.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** No address of ours is longer; what Telegram takes in a button is not documented. */
const MAX_URL = 512

/** All that Telegram's HTML mode needs; https://core.telegram.org/bots/api#html-style */
export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ESCAPES[mark] ?? '')
}

/** Others' text among ours. */
export function code(text: string): string {
  return `<code>${escaped(text)}</code>`
}

export function codeBlock(text: string): string {
  return `<pre>${escaped(text)}</pre>`
}

/** Only for words of our own. */
export function bold(words: string): string {
  return `<b>${words}</b>`
}

/** Words of our own that lead to an address of ours; only words where Telegram takes the host for none. */
export function linked(url: string, words: string): string {
  return `<a href="${escaped(url).replaceAll('"', '&quot;')}">${words}</a>`
}

/** As Telegram counts it: what is left when tags and entities are read. */
export function lengthOf(html: string): number {
  return html.replace(/<[^>]*>/g, '').replace(/&\w+;/g, '.').length
}

export interface Link {
  url: string
  /** Otherwise it stands in the text: Telegram refuses a button to a host without a dot (`Wrong HTTP URL`). */
  onButton: boolean
}

export function linkTo(address: string): Link | undefined {
  const url = webUrl(address)
  if (url === undefined || url.length > MAX_URL) return undefined
  return { url, onButton: /[.:]/.test(new URL(url).hostname) }
}
