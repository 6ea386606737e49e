// @ts-check
// What does Discord's Markdown look like? Always DOM nodes, and no link in it leads anywhere.

import { el } from './dom.js'
import { withPictures } from './emoji.js'

const TOKEN = new RegExp(
  [
    /```(?:[a-z]+\n)?(?<pre>[\s\S]+?)\n?```/,
    /`(?<code>[^`\n]+)`/,
    /<t:(?<at>\d{1,11})(?::(?<style>[tTdDfFR]))?>/,
    /\*\*(?<bold>\S(?:[^\n]*?\S)?)\*\*/,
    /~~(?<strike>\S(?:[^\n]*?\S)?)~~/,
    /(?<![*\\])\*(?<italic>[^*\s](?:[^*\n]*?\S)?)\*/,
    /\[(?<label>[^\]\n]+)\]\(<?(?<address>https?:[^)\n]+)\)/,
    /(?<alive><(?:@[!&]?|#)\d+>|@everyone|@here|https?:\/\/[^\s<]+)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/**
 * @param {string} text
 * @returns {Node[]}
 */
export function markdown(text) {
  /** @type {Node[]} */
  const nodes = []
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(...withPictures(text.slice(from, match.index)), token(match))
    from = match.index + match[0].length
  }
  nodes.push(...withPictures(text.slice(from)))
  return nodes.filter((node) => !(node instanceof Text) || node.data !== '')
}

/**
 * @param {RegExpExecArray} match
 * @returns {Node}
 */
function token(match) {
  const { pre, code, at, style, bold, strike, italic, label, address, alive } = match.groups ?? {}
  if (pre) return el('pre', {}, pre)
  if (code) return el('code', {}, code)
  if (at) return moment(new Date(Number(at) * 1000), style ?? 'f')
  if (bold) return el('strong', {}, ...markdown(bold))
  if (strike) return el('s', {}, ...markdown(strike))
  if (italic) return el('em', {}, ...markdown(italic))
  if (label && address) return el('span', { class: 'mention', title: address }, label)
  // Discord would make it a link or a name; here one sees that it would.
  return el('span', { class: 'mention' }, alive ?? match[0])
}

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
}

/**
 * @param {Date} when
 * @param {string} style
 */
function moment(when, style) {
  const props = { datetime: when.toISOString(), title: when.toLocaleString() }
  // Its words are set, and set anew, by who knows what time it is.
  if (style === 'R') return el('time', { ...props, class: 'relative' })
  return el('time', props, when.toLocaleString(undefined, STYLES[style]))
}

/** @type {[unit: Intl.RelativeTimeFormatUnit, seconds: number][]} */
const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** @param {number} ms from now, negative for what is past */
export function relative(ms) {
  const seconds = Math.round(ms / 1000)
  // What rounds to 60 minutes is an hour.
  const [unit, size] = UNITS.find(([, whole]) => Math.abs(seconds) >= 0.99 * whole) ?? ['second', 1]
  return new Intl.RelativeTimeFormat(undefined).format(Math.round(seconds / size), unit)
}
