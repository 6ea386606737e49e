// @ts-check
// What does a message look like around what it says, wherever it stands?

import { el } from './dom.js'
import { troubleLine } from './trouble.js'

/**
 * @typedef {object} Frame
 * @property {string} id
 * @property {Date} sentAt
 * @property {string} author
 * @property {'product' | 'app' | 'person'} kind of author
 * @property {boolean} isEdited
 * @property {boolean} isOnlyForYou
 */

/**
 * @param {Frame} frame
 * @param {...import('./dom.js').Child} content
 */
export function drawMessage({ id, sentAt, author, kind, isEdited, isOnlyForYou }, ...content) {
  return el(
    'li',
    {
      class: isOnlyForYou ? 'message ephemeral' : 'message',
      'data-testid': isOnlyForYou ? 'ephemeral' : 'message',
      tabindex: '-1',
    },
    isOnlyForYou && el('p', { class: 'only-you' }, 'Only visible to you'),
    kind === 'product'
      ? el('img', { class: 'avatar', src: '/sandbox/mark.svg', alt: '' })
      : el('span', { class: 'avatar', 'aria-hidden': 'true' }, author.slice(0, 1)),
    el(
      'div',
      { class: 'body' },
      el(
        'p',
        { class: 'byline' },
        el('strong', {}, author),
        kind !== 'person' && el('span', { class: 'badge' }, 'APP'),
        el('time', { datetime: sentAt.toISOString(), title: sentAt.toLocaleString() }, clockTime(sentAt)),
        isEdited && el('span', { class: 'edited' }, '(edited)'),
      ),
      ...content,
      troubleLine(id),
    ),
  )
}

/** @param {Date} when */
function clockTime(when) {
  return when.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
}
