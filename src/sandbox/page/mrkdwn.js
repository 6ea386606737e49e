// @ts-check
// What does Slack's mrkdwn look like? Always DOM nodes: what an agent wrote can never become markup.

import { el } from './dom.js'
import { picture, withPictures } from './emoji.js'

/** @typedef {(userId: string) => string} NameOf */

const TOKEN = new RegExp(
  [
    /```(?<pre>[\s\S]+?)```/,
    /`(?<code>[^`\n]+)`/,
    /<(?<angle>[^<>\n]+)>/,
    /:(?<emoji>[a-z0-9_+-]+):/,
    /(?<![\p{L}\p{N}*])\*(?<bold>\S(?:[^*\n]*?\S)?)\*(?![\p{L}\p{N}*])/u,
    /(?<![\p{L}\p{N}_])_(?<italic>\S(?:[^_\n]*?\S)?)_(?![\p{L}\p{N}_])/u,
    /(?<![\p{L}\p{N}~])~(?<strike>\S(?:[^~\n]*?\S)?)~(?![\p{L}\p{N}~])/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
)

/**
 * @param {string} text
 * @param {NameOf} nameOf
 * @returns {Node[]}
 */
export function mrkdwn(text, nameOf) {
  return splitQuotes(text).flatMap(({ quoted, lines }) => {
    const nodes = inline(lines, nameOf)
    return quoted ? [el('blockquote', {}, ...nodes)] : nodes
  })
}

/** @param {string} text */
function splitQuotes(text) {
  /** @type {{ quoted: boolean, lines: string }[]} */
  const parts = []
  for (const line of text.split('\n')) {
    const quoted = line.startsWith('&gt;')
    const last = parts.at(-1)
    const content = quoted ? line.slice(4).trimStart() : line
    if (last?.quoted === quoted) last.lines += `\n${content}`
    else parts.push({ quoted, lines: content })
  }
  return parts
}

/**
 * @param {string} text
 * @param {NameOf} nameOf
 * @returns {Node[]}
 */
function inline(text, nameOf) {
  /** @type {Node[]} */
  const nodes = []
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(...withPictures(unescaped(text.slice(from, match.index))))
    nodes.push(token(match, nameOf))
    from = match.index + match[0].length
  }
  nodes.push(...withPictures(unescaped(text.slice(from))))
  return nodes.filter((node) => !(node instanceof Text) || node.data !== '')
}

/**
 * @param {RegExpExecArray} match
 * @param {NameOf} nameOf
 * @returns {Node}
 */
function token(match, nameOf) {
  const { pre, code, angle, emoji, bold, italic, strike } = match.groups ?? {}
  if (pre) return el('pre', {}, unescaped(pre.replace(/^\n/, '')))
  if (code) return el('code', {}, unescaped(code))
  if (bold) return el('strong', {}, ...inline(bold, nameOf))
  if (italic) return el('em', {}, ...inline(italic, nameOf))
  if (strike) return el('s', {}, ...inline(strike, nameOf))
  if (angle) return reference(angle, nameOf)
  if (emoji) return picture(emoji)
  return literal(match[0])
}

/**
 * `<…>`: a link, a mention or a date.
 * @param {string} inner
 * @param {NameOf} nameOf
 * @returns {Node}
 */
function reference(inner, nameOf) {
  const bar = inner.indexOf('|')
  const target = bar < 0 ? inner : inner.slice(0, bar)
  const label = bar < 0 ? undefined : inner.slice(bar + 1)
  if (target.startsWith('!date^')) return date(target, label)
  if (target.startsWith('@')) return el('span', { class: 'mention' }, `@${nameOf(target.slice(1))}`)
  if (target.startsWith('#')) return el('span', { class: 'mention' }, `#${label ?? target.slice(1)}`)
  if (target.startsWith('!')) return el('span', { class: 'mention' }, `@${label ?? target.slice(1)}`)
  return link(unescaped(target), unescaped(label ?? target))
}

/**
 * @param {string} url
 * @param {string} label
 * @returns {Node}
 */
export function link(url, label) {
  const href = webUrl(url)
  return href ? el('a', { href, target: '_blank', rel: 'noopener noreferrer' }, label) : literal(label)
}

/** @param {unknown} url */
export function webUrl(url) {
  return typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined
}

/**
 * @param {string} target `!date^1700000000^{date_short_pretty} at {time}`, sometimes with `^link`
 * @param {string | undefined} fallback
 * @returns {Node}
 */
export function date(target, fallback) {
  const [, seconds, pattern = '{date_pretty}'] = target.split('^')
  const when = new Date(Number(seconds) * 1000)
  if (Number.isNaN(when.getTime())) return literal(fallback ?? '')
  const text = pattern.replace(/\{(\w+)\}/g, (whole, name) => dateWord(when, name) ?? whole)
  return el('time', { datetime: when.toISOString(), title: when.toLocaleString() }, text)
}

/**
 * @param {Date} when
 * @param {string} name
 */
function dateWord(when, name) {
  const pretty = name.endsWith('_pretty') ? nearbyDay(when) : undefined
  if (pretty) return pretty
  switch (name.replace('_pretty', '')) {
    case 'date_num':
      return when.toLocaleDateString('sv-SE')
    case 'date':
      return when.toLocaleDateString(undefined, { dateStyle: 'long' })
    case 'date_short':
      return when.toLocaleDateString(undefined, { dateStyle: 'medium' })
    case 'date_long':
      return when.toLocaleDateString(undefined, { dateStyle: 'full' })
    case 'time':
      return when.toLocaleTimeString(undefined, { timeStyle: 'short' })
    case 'time_secs':
      return when.toLocaleTimeString(undefined, { timeStyle: 'medium' })
  }
}

/** @param {Date} when */
export function nearbyDay(when) {
  const midnight = new Date().setHours(0, 0, 0, 0)
  const days = Math.round((new Date(when).setHours(0, 0, 0, 0) - midnight) / 86_400_000)
  if (Math.abs(days) > 1) return undefined
  return ['yesterday', 'today', 'tomorrow'][days + 1]
}

/** @param {string} text */
function literal(text) {
  return document.createTextNode(unescaped(text))
}

/** @param {string} text */
function unescaped(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
