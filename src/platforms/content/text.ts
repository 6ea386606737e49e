// Makes text that others wrote safe to show: nothing in it is hidden, and it is cut to size.

import { braced, counted } from '../../kit/identifier.ts'

/** No address of ours is longer, and buttons of some platforms take no more. */
const MAX_URL = 3000
const MAX_INDENT = 20
const LONGEST_CHARACTER = 64

const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029]/g
/** Blanks that typography asks for: a plain one tells as much. */
const FINE_BLANKS = /[\t\u00A0\u202F]/g
/**
 * What a reader cannot see, or takes for a blank: controls, bidi, zero-width, fillers, tags, wide and hair blanks, the
 * Braille blank, the joiners and empty signs of rare scripts, and what no font has. Marks without a letter under them,
 * which would stand on our words, and the fifth one on a letter: a stack of them covers the lines around.
 */
const UNSEEN_PARTS = [
  /[\p{Cc}--[\n\t]]/v,
  /[\p{Default_Ignorable_Code_Point}--[\uFE0F\u200D]]/v,
  /[\p{Cs}\p{Co}\p{Cn}\u2028\u2029\uFFF9-\uFFFC\u2800\u{13430}-\u{13442}\u{16FE4}\u{1D159}]/v,
  /[\p{Zs}--[\u0020]]/v,
  /(?<![\p{L}\p{M}\p{N}])[\p{M}--[\uFE0F]]+/v,
  /(?<=\p{M}{4})\p{M}/v,
]
/** Of an emoji, its colour and its joints belong to what is seen. */
const OUTSIDE_EMOJI = [
  /(?<!\p{Extended_Pictographic})\uFE0F(?!\u20E3)/v,
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]|\p{Extended_Pictographic}\uFE0F)\u200D/v,
  /\u200D(?!\p{Extended_Pictographic})/v,
]
const UNSEEN = anyOf([...UNSEEN_PARTS, ...OUTSIDE_EMOJI])
/** In what runs, two that look alike must not differ. */
const UNSEEN_IN_PAYLOAD = anyOf([...UNSEEN_PARTS, /[\uFE0F\u200D]/v])
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Several lines of prose: what is unseen is shown as `\u{200b}`, runs of blanks and of empty lines are folded. Never
 * empty, which platforms refuse.
 */
export function prose(text: string): string {
  const lines = text.toWellFormed().replace(LINE_BREAKS, '\n').replace(FINE_BLANKS, ' ')
  const seen = counted(lines.replace(UNSEEN, braced))
  const folded = seen
    .replace(/ {2,}/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
  return folded.trim() || '(empty)'
}

export function oneLine(text: string): string {
  return prose(text).replace(/\s+/g, ' ')
}

function anyOf(parts: RegExp[]): RegExp {
  return new RegExp(parts.map(({ source }) => source).join('|'), 'gv')
}

/** For payloads: what is unseen is not dropped but shown, as JSON's `\uXXXX`. */
export function revealed(text: string): string {
  return text.replace(UNSEEN_IN_PAYLOAD, escaped)
}

function escaped(unseen: string): string {
  let units = ''
  for (let i = 0; i < unseen.length; i++) units += `\\u${unseen.charCodeAt(i).toString(16).padStart(4, '0')}`
  return units
}

/** Any JSON as `JSON.stringify(value, null, 2)` writes it, but safe for thousands of levels. */
export function prettyJson(root: unknown): string {
  const parts: string[] = []
  const work: ({ text: string } | { value: unknown; depth: number })[] = [{ value: root, depth: 0 }]
  const line = (depth: number) => `\n${'  '.repeat(Math.min(depth, MAX_INDENT))}`
  for (let next = work.pop(); next; next = work.pop()) {
    if ('text' in next) {
      parts.push(next.text)
      continue
    }
    const { value, depth } = next
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
    if (entries.length === 0) {
      parts.push(JSON.stringify(value))
      continue
    }
    const list = Array.isArray(value)
    work.push({ text: line(depth) + (list ? ']' : '}') })
    for (const [index, [key, child]] of [...entries.entries()].reverse()) {
      const lead = index > 0 ? ',' : list ? '[' : '{'
      work.push({ value: child, depth: depth + 1 })
      work.push({ text: lead + line(depth + 1) + (list ? '' : `${JSON.stringify(key)}: `) })
    }
  }
  return revealed(parts.join(''))
}

/** At most `max` UTF-16 units and the sign that more was there; no character is split. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${head(text, max)}…`
}

export function head(text: string, max: number): string {
  const straddling = graphemes.segment(text.slice(0, max + LONGEST_CHARACTER)).containing(max)?.index ?? max
  const start = text.slice(0, straddling > Math.max(0, max - LONGEST_CHARACTER) ? straddling : max)
  return start.isWellFormed() ? start : start.slice(0, -1)
}

/** The address as a button may carry it, if it is one of the web's. */
export function webUrl(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined
  return JSON.stringify(parsed.href).length <= MAX_URL ? parsed.href : undefined
}
