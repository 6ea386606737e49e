// @ts-check
// What does one message in Discord look like? Embeds with a bar of colour, and links as buttons below.

import { markdown } from './discord-text.js'
import { el } from './dom.js'
import { drawLinkButton } from './link-button.js'
import { drawMessage } from './message.js'

/** @typedef {Record<string, any>} Part of a message, as Discord's reference names it */

/** @param {import('../snapshot.ts').DiscordMessage} message */
export function drawDiscordMessage({ id, content, embeds, components, sentAt, editedAt }) {
  return drawMessage(
    {
      id,
      sentAt: new Date(sentAt),
      author: 'Countersign',
      kind: 'product',
      isEdited: editedAt !== undefined,
      isOnlyForYou: false,
    },
    content && el('div', { class: 'text' }, ...markdown(content)),
    ...embeds.map(drawEmbed),
    ...components.map(drawRow),
  )
}

/** @param {Part} embed */
function drawEmbed({ title, description, color, fields = [], footer }) {
  const node = el(
    'div',
    { class: 'embed' },
    title && el('p', { class: 'embed-title' }, ...markdown(title)),
    description && el('div', { class: 'text' }, ...markdown(description)),
    fields.length > 0 && el('div', { class: 'embed-fields' }, ...fields.map(drawField)),
    footer && el('p', { class: 'embed-footer' }, footer.text),
  )
  if (Number.isInteger(color)) node.style.setProperty('--bar', `#${color.toString(16).padStart(6, '0')}`)
  return node
}

/** @param {Part} field */
function drawField({ name, value, inline }) {
  return el(
    'div',
    { class: inline ? 'embed-field inline' : 'embed-field' },
    el('strong', {}, ...markdown(name)),
    el('div', { class: 'text' }, ...markdown(value)),
  )
}

/** @param {Part} row */
function drawRow({ components }) {
  const buttons = components.map((/** @type {Part} */ { label, url }) => drawLinkButton(label, url))
  return el('div', { class: 'actions-block' }, ...buttons)
}
