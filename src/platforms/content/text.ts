// Makes text that others wrote safe to show on a platform: cleaned, cut to size, with no active formatting.

/** No address of ours is longer, and buttons of some platforms take no more. */
const MAX_URL = 3000
const MAX_INDENT = 20
const LONGEST_CHARACTER = 64

const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029]/g
/** What a reader cannot see: controls, bidi, zero-width, fillers, tags; not the selector that colours an emoji. */
const UNSEEN =
  /[\p{Cc}--[\n\t]]|[\p{Default_Ignorable_Code_Point}--\uFE0F]|(?<!\p{Extended_Pictographic})\uFE0F|[\p{Cs}\u2028\u2029\uFFF9-\uFFFB]/gv
const LIVE = /[*~`:@#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|\.(?=\S)/g
const LOOKALIKES: Record<string, string> = {
  '*': '∗',
  _: 'ˍ',
  '~': '∼',
  '`': 'ˋ',
  ':': '꞉',
  '@': '＠',
  '#': '♯',
  '.': '․',
}
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Several lines of prose without anything unseen; never empty, which platforms refuse. */
export function prose(text: string): string {
  return text.toWellFormed().replace(LINE_BREAKS, '\n').replace(UNSEEN, '').trim() || '(empty)'
}

export function oneLine(text: string): string {
  return prose(text).replace(/\s+/g, ' ')
}

/** For payloads: what is unseen is not dropped but shown, as JSON's `\uXXXX`. */
export function revealed(text: string): string {
  return text.replace(UNSEEN, escaped)
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

function head(text: string, max: number): string {
  const straddling = graphemes.segment(text.slice(0, max + LONGEST_CHARACTER)).containing(max)?.index ?? max
  const start = text.slice(0, straddling > Math.max(0, max - LONGEST_CHARACTER) ? straddling : max)
  return start.isWellFormed() ? start : start.slice(0, -1)
}

/**
 * Text of others where formatting cannot be switched off: look-alikes take the place of what comes alive as
 * formatting, emoji, mention, channel or bare link, because a zero-width break would enable it.
 */
export function disarmed(text: string): string {
  return text.replace(LIVE, (mark) => LOOKALIKES[mark] ?? '')
}

/** The address as a button may carry it, if it is one of the web's. */
export function webUrl(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined
  return JSON.stringify(parsed.href).length <= MAX_URL ? parsed.href : undefined
}

/** Remembers what had to be cut, so that the card can say it. */
export interface Excerpts {
  of(what: string, text: string, max: number): string
  first<T>(items: T[], max: number, unit: string): T[]
  /** To be asked last: `Truncated: showing the first 2,000 of 61,440 characters of the arguments.` */
  notice(): string | undefined
}

/**
 * The fullest drawing that fits: when the whole is too long, every excerpt gets a smaller share of its maximum.
 * What a drawing holds besides excerpts must leave room for a tenth of each.
 */
export function fullest<T>(draw: (excerpts: Excerpts) => T, fits: (drawing: T) => boolean): T {
  for (const share of [1, 0.7, 0.5, 0.3, 0.2]) {
    const drawing = draw(createExcerpts(share))
    if (fits(drawing)) return drawing
  }
  return draw(createExcerpts(0.1))
}

function createExcerpts(share: number): Excerpts {
  const cuts: string[] = []
  const record = (shown: number, total: number, unit: string) => {
    if (shown < total) cuts.push(`the first ${count(shown)} of ${count(total)} ${unit}`)
  }
  return {
    of(what, text, max) {
      const limit = Math.ceil(max * share)
      if (text.length <= limit) return text
      const start = head(text, limit)
      record(start.length, text.length, `characters of ${what}`)
      return `${start}…`
    },
    first(items, max, unit) {
      const start = items.slice(0, max)
      record(start.length, items.length, unit)
      return start
    },
    notice: () => (cuts.length > 0 ? `Truncated: showing ${cuts.join(', ')}.` : undefined),
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
