// Keeps others' text plain in Discord: shown as code, in which nothing becomes a link, mention or formatting.

import { disarmed, webUrl } from '../content/text.ts'

/** Ends code, which knows no escape. */
const BACKTICK = /`/g
const OTHER_MARKUP = /[[\]()<>|\\]/g
const LOOKALIKES: Record<string, string> = {
  '[': '［',
  ']': '］',
  '(': '（',
  ')': '）',
  '<': '‹',
  '>': '›',
  '|': '｜',
  '\\': '＼',
}
/** The longest address of a button; https://docs.discord.com/developers/components/reference#button */
const MAX_URL = 512

/** One line of others' text. */
export function code(line: string): string {
  return `\`${line.replace(BACKTICK, 'ˋ')}\``
}

/** Several lines of others' text. A language is always named, or the first line could be taken for one. */
export function block(language: 'txt' | 'json', text: string): string {
  return `\`\`\`${language}\n${text.replace(BACKTICK, 'ˋ')}\n\`\`\``
}

/** JSON for a block: its backticks as escapes, so that it keeps its meaning. */
export function blockJson(json: string): string {
  return json.replace(BACKTICK, '\\u0060')
}

/** Part of a line of others' text where Discord shows no code, as in a title. */
export function inert(text: string): string {
  return disarmed(text).replace(OTHER_MARKUP, (mark) => LOOKALIKES[mark] ?? '')
}

/** Words of our own that lead to an address of ours. */
export function linked(url: string, words: string): string {
  return `[${words}](${url.replace(/[()]/g, (mark) => (mark === '(' ? '%28' : '%29'))})`
}

export interface Link {
  url: string
  /** Otherwise it stands in the text: Discord calls the address of a host without a dot not well-formed. */
  onButton: boolean
}

export function linkTo(address: string): Link | undefined {
  const url = webUrl(address)
  if (url === undefined || url.length > MAX_URL) return undefined
  return { url, onButton: /[.:]/.test(new URL(url).hostname) }
}
