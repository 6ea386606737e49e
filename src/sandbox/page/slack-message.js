// @ts-check
// What does one message in Slack look like, and what happens when somebody presses a button of it?

import { drawBlocks } from './blocks.js'
import { confirmed } from './confirm.js'
import { el } from './dom.js'
import { drawMessage } from './message.js'
import { mrkdwn } from './mrkdwn.js'
import { press } from './press.js'

/** @typedef {import('../snapshot.ts').SlackMessage} SlackMessage */

/**
 * @param {SlackMessage & { id: string }} message
 * @param {{ nameOf: (id: string) => string, userId: () => string, onPress: () => void }} around
 */
export function drawSlackMessage(message, { nameOf, userId, onPress }) {
  const isSlackbot = message.user === 'USLACKBOT'
  const { id, channel, ts, text, blocks, attachments } = message

  /** @type {import('./blocks.js').Surroundings} */
  const around = {
    nameOf,
    async press(button, element, blockId, option) {
      if (element.confirm && !(await confirmed(element.confirm, nameOf))) return
      onPress()
      const click = {
        channel,
        ts,
        action_id: element.action_id,
        block_id: blockId,
        option,
        user_id: userId(),
      }
      await press(button, id, 'slack-click', click)
    },
  }

  return drawMessage(
    {
      id,
      sentAt: new Date(Number(ts) * 1000),
      author: isSlackbot ? 'Slackbot' : 'Countersign',
      kind: isSlackbot ? 'app' : 'product',
      isEdited: message.edited !== undefined,
      isOnlyForYou: message.ephemeralFor !== undefined,
    },
    // The text of a message with blocks is what notifications show.
    text && blocks.length === 0 && el('div', { class: 'text' }, ...mrkdwn(text, nameOf)),
    ...drawBlocks(blocks, around),
    ...attachments.map((attachment) => drawAttachment(attachment, around)),
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
