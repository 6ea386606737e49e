// Declares a line in our voice: our words, and beside them what others chose, each as what it is.

/** What a platform shows literally: it never becomes a link, a mention or formatting, and never reads as our words. */
export type Part =
  /** Our words. */
  | string
  /** Our words, with weight. */
  | { strong: string }
  /** Visible ASCII, as `identifier` makes it; shown as code. */
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

/** How one platform writes each part. */
export interface Writing {
  words(text: string): string
  strong(text: string): string
  id(text: string): string
  name(text: string): string
  quote(text: string): string
  time(iso: string, isDeadline: boolean): string
  link(words: string, url: string): string
}

export function written(line: Line, writing: Writing): string {
  return line.map((part) => writtenPart(part, writing)).join('')
}

function writtenPart(part: Part, writing: Writing): string {
  if (typeof part === 'string') return writing.words(part)
  if ('strong' in part) return writing.strong(part.strong)
  if ('id' in part) return writing.id(part.id)
  if ('name' in part) return writing.name(part.name)
  if ('quote' in part) return writing.quote(part.quote)
  if ('time' in part) return writing.time(part.time, false)
  if ('deadline' in part) return writing.time(part.deadline, true)
  return writing.link(part.words, part.url)
}

/** A line where nothing is formatted, as in a notification: what others chose keeps its own characters. */
export function plain(line: Line): string {
  return written(line, PLAIN)
}

const PLAIN: Writing = {
  words: (text) => text,
  strong: (text) => text,
  // One with blanks could go on in our words.
  id: (text) => (/[ "]/.test(text) ? quoted(text) : text),
  name: (text) => (PLAIN_NAME.test(text) ? text : quoted(text)),
  quote: quoted,
  time: utcTime,
  link: (words) => words,
}

const PLAIN_NAME = /^[\p{L}\p{M}\p{N} .'’@()_-]+$/u
const INNER_QUOTES = /["“”„‟«»＂〝〞〟❝❞″‶]/g

/** Ends where it seems to end: of quotation marks, only ours are there. */
export function quoted(text: string): string {
  return `“${text.replace(INNER_QUOTES, "'")}”`
}

/** `2026-11-20 13:00 UTC`; nothing for what is no time. */
export function utcTime(iso: string): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
