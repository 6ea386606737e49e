// Writes lines of ours in Discord's markdown, and others' text as code, in which nothing becomes a link or a mention.

import { quoted } from '../../kit/quoted.ts'
import { around, type Line, type Writing, written } from '../content/line.ts'

/** Ends code, which knows no escape. */
const BACKTICK = /`/g

export function markdown(line: Line): string {
  return written(line, MARKDOWN)
}

const MARKDOWN: Writing = {
  words: (text) => text,
  strong: (text) => around('**', text),
  id: code,
  name: code,
  quote: (text) => code(quoted(text)),
  time,
  link: (words, url) => `[${words}](${url.replace(/[()]/g, (mark) => (mark === '(' ? '%28' : '%29'))})`,
}

/** One line of others' text. */
function code(line: string): string {
  return `\`${line.replace(BACKTICK, 'ˋ')}\``
}

/** A time of ours, which every reader sees in their own zone, or counted down; nothing for what is no time. */
function time(iso: string, isDeadline: boolean): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? '' : `<t:${Math.floor(at / 1000)}:${isDeadline ? 'R' : 'f'}>`
}

/** Several lines of others' text. A language is always named, or the first line could be taken for one. */
export function block(text: string): string {
  return `\`\`\`txt\n${text.replace(BACKTICK, 'ˋ')}\n\`\`\``
}

/** Its backticks as escapes, so that it keeps its meaning. */
export function jsonBlock(json: string): string {
  return `\`\`\`json\n${json.replace(BACKTICK, '\\u0060')}\n\`\`\``
}
