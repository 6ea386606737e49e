// Writes lines of ours in Telegram's HTML, and others' text as code, in which it finds no link, mention or command.

import { quoted } from '../../kit/quoted.ts'
import { type Line, utcTime, type Writing, written } from '../content/line.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

export function html(line: Line): string {
  return written(line, HTML)
}

const HTML: Writing = {
  words: escaped,
  strong: bold,
  id: code,
  name: code,
  quote: (text) => code(quoted(text)),
  // Telegram shows no reader a time in their own zone.
  time: utcTime,
  link: (words, url) => `<a href="${escaped(url).replaceAll('"', '&quot;')}">${escaped(words)}</a>`,
}

/** All that Telegram's HTML mode needs; https://core.telegram.org/bots/api#html-style */
function escaped(text: string): string {
  return text.replace(/[&<>]/g, (mark) => ESCAPES[mark] ?? '')
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`
}

/** Several lines of others' text. */
export function block(text: string): string {
  return `<pre>${escaped(text)}</pre>`
}

export function bold(words: string): string {
  return `<b>${escaped(words)}</b>`
}

/** Code, links and bold words. */
export function marksIn(text: string): number {
  return text.match(/<(?!\/)/g)?.length ?? 0
}

/** As Telegram counts it: what is left when tags and entities are read. */
export function lengthOf(text: string): number {
  return text.replace(/<[^>]*>/g, '').replace(/&\w+;/g, '.').length
}
