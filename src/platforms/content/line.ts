// Declares a line in our voice: our words, and beside them what others chose, each as what it is.

import { bounded, setApart } from '../../kit/identifier.ts'
import { quoted } from '../../kit/quoted.ts'
import { shortened } from './text.ts'

const LONGEST_TIGHT_ID = 80
const LONGEST_TIGHT_NAME = 40

/** What a platform shows literally: it never becomes a link, a mention or formatting, and never reads as our words. */
export type Part =
  /** Our words. */
  | string
  /** Our words, with weight. */
  | { strong: string }
  /** Visible ASCII, as `identifier` makes it; shown as code, and between quotation marks where it has blanks. */
  | { id: string }
  /** A name of a person or a key, on one line. */
  | { name: string }
  /** What somebody wrote, on one line; shown between quotation marks. */
  | { quote: string }
  /** A time of ours, ISO 8601 UTC; shown in the reader's own zone where the platform can. */
  | { time: string }
  /** The same, of when it is too late. */
  | { deadline: string }
  /** Our words, leading to an address of ours. */
  | { words: string; url: string }

export type Line = Part[]

/** How one platform writes each part; what others chose comes to it as it may stand among our words. */
export interface Writing<Written = string> {
  words(text: string): Written
  strong(text: string): Written
  id(text: string): Written
  name(text: string): Written
  quote(text: string): Written
  time(iso: string, isDeadline: boolean): Written
  link(words: string, url: string): Written
}

export function written(line: Line, writing: Writing): string {
  return line.map((part) => writtenPart(part, writing)).join('')
}

export function writtenPart<Written>(part: Part, writing: Writing<Written>): Written {
  if (typeof part === 'string') return writing.words(part)
  if ('strong' in part) return writing.strong(part.strong)
  if ('id' in part) return writing.id(setApart(part.id))
  if ('name' in part) return writing.name(isolated(part.name))
  if ('quote' in part) return writing.quote(isolated(part.quote))
  if ('time' in part) return writing.time(part.time, false)
  if ('deadline' in part) return writing.time(part.deadline, true)
  return writing.link(part.words, part.url)
}

/** Our words between marks that make them bold: a blank at the end stays outside, or they would stay as they are. */
export function around(mark: string, words: string): string {
  const seen = words.trimEnd()
  return mark + seen + mark + words.slice(seen.length)
}

/** A line where nothing is formatted, as in a notification: what others chose keeps its own characters. */
export function plain(line: Line): string {
  return written(line, PLAIN)
}

const PLAIN: Writing = {
  words: (text) => text,
  strong: (text) => text,
  id: (text) => text,
  name: (text) => (PLAIN_NAME.test(text) ? text : quoted(text)),
  quote: quoted,
  time: utcTime,
  link: (words) => words,
}

const PLAIN_NAME = /^[\p{L}\p{M}\p{N} .'’@()_-]+$/u
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Where names and identifiers alone are too long: two identifiers that differ still never look alike. */
export function tightened(line: Line): Line {
  return line.map((part) => {
    if (typeof part === 'string') return part
    if ('id' in part) return { id: bounded(part.id, LONGEST_TIGHT_ID) }
    return 'name' in part ? { name: shortened(part.name, LONGEST_TIGHT_NAME) } : part
  })
}

/** What is written from right to left must not turn our words around: between marks of ours it does not. */
function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text
}

/** `2026-11-20 13:00 UTC`; nothing for what is no time. */
export function utcTime(iso: string): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
