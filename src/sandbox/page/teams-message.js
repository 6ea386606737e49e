// @ts-check
// What does one message in Teams look like, and what happens when somebody presses a button of its card?

import { drawAdaptiveCard } from './adaptive-card.js'
import { el } from './dom.js'
import { withPictures } from './emoji.js'
import { drawMessage } from './message.js'
import { press } from './press.js'

/** @typedef {Omit<import('../snapshot.ts').TeamsMessage, 'views'> & { isReply: boolean }} Shown */

/**
 * @param {Shown} message
 * @param {() => { conversation_id: string, user_id: string }} where
 */
export function drawTeamsMessage(message, where) {
  const { id, from, byBot, text, card, isReply } = message
  const node = drawMessage(
    {
      id,
      sentAt: new Date(Number(id)),
      author: from,
      kind: byBot ? 'product' : 'person',
      isEdited: message.updatedAt !== undefined,
      isOnlyForYou: message.onlyFor !== undefined,
    },
    text && el('div', { class: 'text' }, ...(byBot ? [] : [mention(), ' ']), ...withPictures(text)),
    card &&
      drawAdaptiveCard(card, (button, executed) =>
        press(button, id, 'teams-click', { ...where(), message_id: id, ...executed }),
      ),
  )
  node.classList.toggle('reply', isReply)
  return node
}

/** In a channel a bot hears only what mentions it. */
function mention() {
  return el('span', { class: 'mention' }, '@Countersign')
}
