// @ts-check
// Are they sure? A button's own confirmation, asked before anything is sent.

import { byId, el } from './dom.js'
import { mrkdwn } from './mrkdwn.js'

/**
 * @param {Record<string, any>} confirm Block Kit's confirmation object
 * @param {import('./mrkdwn.js').NameOf} nameOf
 * @returns {Promise<boolean>}
 */
export function confirmed(confirm, nameOf) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'))
  const text = confirm.text.type === 'mrkdwn' ? mrkdwn(confirm.text.text, nameOf) : [confirm.text.text]
  const answer = (/** @type {string} */ value) => () => dialog.close(value)
  const style = confirm.style === 'danger' ? 'danger' : 'primary'
  dialog.replaceChildren(
    el('h3', { id: 'confirm-title' }, confirm.title.text),
    el('p', {}, ...text),
    el(
      'div',
      { class: 'actions-block' },
      el('button', { type: 'button', class: 'button', click: answer('no') }, confirm.deny.text),
      el('button', { type: 'button', class: `button ${style}`, click: answer('yes') }, confirm.confirm.text),
    ),
  )
  // Escape closes without a value, so the last dialog's answer must not linger.
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
