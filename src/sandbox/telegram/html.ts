// Reads a text of Telegram's HTML mode: its words and their formatting, or why Telegram does not read it.

export interface Entity {
  type: string
  /** In UTF-16 units of the text. */
  offset: number
  length: number
  /** Of a link. */
  url?: string
  /** Of preformatted code. */
  language?: string
}

export interface Formatted {
  text: string
  entities: Entity[]
}

/** Worded as Telegram does after `can't parse entities: `. */
export class HtmlError extends Error {}

/** https://core.telegram.org/bots/api#html-style */
const TAGS: Record<string, string> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }
/** The tokens of it: a tag, a named or numeric entity, or one character. */
const TOKEN = /<(\/?)([a-zA-Z0-9-]*)([^>]*)(>?)|&(?:([a-z]+)|#(\d+)|#x([0-9a-f]+));|./gisu
const MOST_ENTITIES = 100

interface Open extends Entity {
  tag: string
}

/** Throws HtmlError for what Telegram does not parse. */
export function readHtml(html: string): Formatted {
  const open: Open[] = []
  const entities: Entity[] = []
  let text = ''
  for (const token of html.matchAll(TOKEN)) {
    const [all, slash, name = '', rest = '', end, named, decimal, hex] = token
    if (slash === undefined) {
      text += decoded(all, named, decimal, hex)
      continue
    }
    const at = Buffer.byteLength(html.slice(0, token.index))
    if (slash === '') {
      if (end === '' && rest === '') throw new HtmlError(`Unclosed start tag at byte offset ${at}`)
      open.push(opened(name.toLowerCase(), rest, text.length, at))
      if (end === '') throw new HtmlError(`Unclosed start tag "${name}" at byte offset ${at}`)
    } else {
      const entity = closed(open.pop(), name.toLowerCase(), text.length, at)
      if (entity.length > 0) entities.push(entity)
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) throw new HtmlError(`Can't find end tag corresponding to start tag "${unclosed.tag}"`)
  return trimmed(text, entities)
}

function decoded(all: string, named?: string, decimal?: string, hex?: string): string {
  if (named !== undefined) return ENTITIES[named] ?? all
  const point = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10)
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : all
}

function opened(tag: string, rest: string, offset: number, at: number): Open {
  const type = Object.hasOwn(TAGS, tag) ? (TAGS[tag] as string) : undefined
  if (type === undefined) throw new HtmlError(`Unsupported start tag "${tag}" at byte offset ${at}`)
  if (tag === 'span' && !/class\s*=\s*"tg-spoiler"/.test(rest)) {
    throw new HtmlError(`Tag "span" must have class "tg-spoiler" at byte offset ${at}`)
  }
  const [, url] = /href\s*=\s*"([^"]*)"/.exec(rest) ?? []
  const [, language] = /class\s*=\s*"language-([^"]*)"/.exec(rest) ?? []
  return { tag, type, offset, length: 0, ...(url && { url }), ...(language && { language }) }
}

function closed(start: Open | undefined, name: string, now: number, at: number): Entity {
  if (!start) throw new HtmlError(`Unexpected end tag at byte offset ${at}`)
  const { tag, ...entity } = start
  if (tag !== name) {
    const words = `expected "</${tag}>", found "</${name}>"`
    throw new HtmlError(`Unmatched end tag at byte offset ${at}, ${words}`)
  }
  return { ...entity, length: now - entity.offset }
}

/** Telegram trims the message, and ignores entities beyond a hundred. */
function trimmed(text: string, entities: Entity[]): Formatted {
  const start = text.length - text.trimStart().length
  const words = text.trim()
  const moved = entities.map((entity) => {
    const from = Math.max(0, entity.offset - start)
    const to = Math.min(words.length, entity.offset - start + entity.length)
    return { ...entity, offset: from, length: to - from }
  })
  const kept = moved.filter(({ length }) => length > 0).sort((a, b) => a.offset - b.offset)
  return { text: words, entities: kept.slice(0, MOST_ENTITIES) }
}
