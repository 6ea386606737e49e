// @ts-check
// What does one message look like, and what happens when somebody presses a button of it?

import { drawBlocks } from './blocks.js'
import { confirmed } from './confirm.js'
import { el } from './dom.js'
import { mrkdwn } from './mrkdwn.js'
import { relay } from './server.js'
import { sayTrouble, troubleLine } from './trouble.js'

/** @typedef {import('../snapshot.ts').PageMessage} PageMessage */

/**
 * @param {PageMessage} message
 * @param {{ nameOf: (id: string) => string, actor: () => string }} around
 */
export function drawMessage(message, { nameOf, actor }) {
  const isSlackbot = message.user === 'USLACKBOT'
  const onlyForMe = message.ephemeralFor !== undefined

  /** @type {import('./blocks.js').Surroundings} */
  const around = {
    nameOf,
    async press(button, element, blockId) {
      if (button.getAttribute('aria-busy') === 'true') return
      if (element.confirm && !(await confirmed(element.confirm, nameOf))) return
      sayTrouble(message.ts, null)
      button.setAttribute('aria-busy', 'true')
      const { channel, ts } = message
      const click = { channel, ts, action_id: element.action_id, block_id: blockId, user_id: actor() }
      const problem = await relay('click', click)
      button.removeAttribute('aria-busy')
      sayTrouble(ts, problem)
    },
  }

  const sentAt = new Date(Number(message.ts) * 1000)
  return el(
    'li',
    {
      class: onlyForMe ? 'message ephemeral' : 'message',
      'data-testid': onlyForMe ? 'ephemeral' : 'message',
      'data-ts': message.ts,
      tabindex: '-1',
    },
    onlyForMe && el('p', { class: 'only-you' }, 'Only visible to you'),
    isSlackbot
      ? el('span', { class: 'avatar', 'aria-hidden': 'true' }, 'S')
      : el('img', { class: 'avatar', src: '/sandbox/mark.svg', alt: '' }),
    el(
      'div',
      { class: 'body' },
      el(
        'p',
        { class: 'byline' },
        el('strong', {}, isSlackbot ? 'Slackbot' : 'Countersign'),
        el('span', { class: 'badge' }, 'APP'),
        el('time', { datetime: sentAt.toISOString(), title: sentAt.toLocaleString() }, clockTime(sentAt)),
        message.edited && el('span', { class: 'edited' }, '(edited)'),
      ),
      // The text of a message with blocks is what notifications show.
      message.text &&
        message.blocks.length === 0 &&
        el('div', { class: 'text' }, ...mrkdwn(message.text, nameOf)),
      ...drawBlocks(message.blocks, around),
      ...message.attachments.map((attachment) => drawAttachment(attachment, around)),
      troubleLine(message.ts),
    ),
  )
}

/**
 * @param {import('./blocks.js').Block} attachment
 * @param {import('./blocks.js').Surroundings} around
 */
function drawAttachment(attachment, around) {
  const node = el(
    'div',
    { class: 'attachment' },
    attachment.title && el('strong', {}, attachment.title),
    attachment.text && el('div', { class: 'text' }, ...mrkdwn(attachment.text, around.nameOf)),
    ...drawBlocks(attachment.blocks ?? [], around),
  )
  const color = barColor(String(attachment.color ?? ''))
  if (color) node.style.setProperty('--bar', color)
  return node
}

/** @type {Record<string, string>} */
const NAMED = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' }

/** @param {string} color */
function barColor(color) {
  if (Object.hasOwn(NAMED, color)) return NAMED[color]
  const [, hex] = /^#?([0-9a-f]{6})$/i.exec(color) ?? []
  return hex && `#${hex}`
}

/** @param {Date} when */
function clockTime(when) {
  return when.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
}
