// @ts-check
// What does every record show in the same way? Its banner, its data, its facts and its times, all of it text.

import { el } from './dom.js'
import { revealed } from './revealed.js'

/** @typedef {Node | false} Part */

/**
 * @param {HTMLElement} banner
 * @param {Part[]} story what it is about
 * @param {Part[]} side what else is known
 */
export function record(banner, story, side) {
  return el(
    'article',
    { class: 'record' },
    banner,
    el('div', { class: 'story' }, ...story),
    el('div', { class: 'side' }, ...side),
  )
}

/**
 * @param {Record<string, string>} state
 * @param {...import('./dom.js').Child} children
 */
export function banner(state, ...children) {
  const props = { class: 'banner', id: 'status', 'data-testid': 'status', tabindex: '-1', ...state }
  return el('div', props, ...children)
}

/**
 * @param {string} title
 * @param {Record<string, unknown>} value
 * @param {string} testId
 */
export function json(title, value, testId) {
  const text = JSON.stringify(value, null, 2)
  const size = `${text.length.toLocaleString('en')} characters, all of them`
  return el(
    'section',
    { class: 'panel json' },
    el('h2', {}, title, el('span', {}, size)),
    el('pre', { 'data-testid': testId, tabindex: '0', 'aria-label': title }, ...revealed(text)),
  )
}

/** @param {[label: string, value: (Node | string)[] | null][]} rows those without a value are left out */
export function facts(rows) {
  return el(
    'dl',
    { class: 'panel facts' },
    ...rows.flatMap(([label, value]) => (value ? [el('dt', {}, label), el('dd', {}, ...value)] : [])),
  )
}

/** @param {{ id: string, name: string }} agent */
export function nameAndId({ id, name }) {
  const code = el('code', {}, ...revealed(id))
  return name === id ? [code] : [...revealed(name), code]
}

/** @param {string} iso */
export function time(iso) {
  const text = new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
  return el('time', { datetime: iso, title: iso }, text)
}
