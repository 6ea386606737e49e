// @ts-check
// What does one message in Telegram look like? A bubble with what is set on its text, and buttons below it.

import { el } from './dom.js'
import { withPictures } from './emoji.js'
import { drawLinkButton } from './link-button.js'

/** @typedef {import('../snapshot.ts').TelegramMessage} TelegramMessage */

/** @param {TelegramMessage} message */
export function drawTelegramMessage({ text, entities, buttons, sentAt, editedAt }) {
  const when = new Date(sentAt)
  const time = when.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
  return el(
    'li',
    { class: 'message', 'data-testid': 'message', tabindex: '-1' },
    el('img', { class: 'avatar', src: '/sandbox/mark.svg', alt: '' }),
    el(
      'div',
      { class: 'body' },
      el(
        'div',
        { class: 'bubble' },
        el('p', { class: 'sender' }, 'Countersign'),
        el('div', { class: 'text' }, ...formatted(text, entities)),
        el(
          'p',
          { class: 'sent' },
          editedAt !== undefined && el('span', { class: 'edited' }, 'edited '),
          el('time', { datetime: when.toISOString(), title: when.toLocaleString() }, time),
        ),
      ),
      ...buttons.map((row) =>
        el('div', { class: 'keyboard' }, ...row.map(({ text, url }) => drawLinkButton(text, url))),
      ),
    ),
  )
}

/** @type {Record<string, string>} */
const TAGS = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  spoiler: 'span',
}

/**
 * @param {string} text
 * @param {TelegramMessage['entities']} entities
 * @returns {Node[]}
 */
function formatted(text, entities) {
  const edges = entities.flatMap(({ offset, length }) => [offset, offset + length])
  const cuts = [...new Set([0, ...edges, text.length])].sort((a, b) => a - b)
  let isBelowBlock = false
  return cuts.slice(1).flatMap((end, index) => {
    const start = cuts[index] ?? 0
    const set = entities.filter(({ offset, length }) => offset <= start && end <= offset + length)
    const part = text.slice(start, end)
    // A block ends its line by itself.
    const shown = isBelowBlock ? part.replace(/^\n/, '') : part
    isBelowBlock = set.some(({ type }) => type === 'pre' || type === 'blockquote')
    return set.reduceRight((nodes, { type }) => [wrapped(type, nodes)], withPictures(shown))
  })
}

/**
 * @param {string} type
 * @param {Node[]} nodes
 * @returns {Node}
 */
function wrapped(type, nodes) {
  const tag = Object.hasOwn(TAGS, type) ? TAGS[type] : undefined
  // Telegram would make it a link, a name or a command; here one sees that it would.
  if (!tag) return el('span', { class: 'mention' }, ...nodes)
  return el(tag, {}, ...nodes)
}
