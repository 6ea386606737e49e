// Shows an identifier as visible ASCII, so that two that differ never look alike.

import { sha256Hex } from './canonical-json.ts'

/** All but visible ASCII with single blanks inside, and what would read as one of these escapes. */
const NO_IDENTIFIER = /\\(?=u\{)|[^\x20-\x7E]|^ | $| (?= )/gu
/** From four on they are counted; a count ends where it seems to end. */
const SAME_ESCAPES = /(\\u\{[0-9a-f]+\})\1{3,}(?!\d)/g
/** Longer is only what is full of escapes, which the API takes in events alone. */
const LONGEST = 300
const HASH_DIGITS = 16

/** Which agent, tool or environment, also of rows that are older than the rule. Never empty, which platforms refuse. */
export function identifier(text: string): string {
  // Code that is empty would open, not close, in markdown.
  if (text === '') return '\\u{}'
  return bounded(counted(text.replace(NO_IDENTIFIER, braced)))
}

/** Of what is longer both ends, and a hash by which two that differ between them are told apart. */
export function bounded(shown: string, longest = LONGEST): string {
  if (shown.length <= longest) return shown
  const middle = `…(sha256 ${sha256Hex(shown).slice(0, HASH_DIGITS)})…`
  const end = Math.floor((longest - middle.length) / 2)
  return shown.slice(0, end) + middle + shown.slice(-end)
}

/** As it stands among our words: one with blanks could go on in them, where code is only a font. */
export function setApart(shown: string): string {
  return /[ "]/.test(shown) ? `"${bounded(shown.replaceAll('"', '\\u{22}'))}"` : shown
}

/** Each character as `\u{200b}`. */
export function braced(characters: string): string {
  let shown = ''
  for (const one of characters) shown += `\\u{${one.codePointAt(0)?.toString(16)}}`
  return shown
}

/** `\u{2800}×140` for so many equal escapes. */
export function counted(text: string): string {
  return text.replace(SAME_ESCAPES, (run, one: string) => `${one}×${run.length / one.length}`)
}
