// @ts-check
// What happens between a press and its answer? The button says that it is under way; its message says what failed.

import { relay } from './server.js'
import { sayTrouble } from './trouble.js'

/**
 * @param {HTMLElement} button
 * @param {string} messageId
 * @param {'slack-click' | 'teams-click'} action
 * @param {Record<string, unknown>} click
 */
export async function press(button, messageId, action, click) {
  if (button.getAttribute('aria-busy') === 'true') return
  sayTrouble(messageId, null)
  button.setAttribute('aria-busy', 'true')
  const problem = await relay(action, click)
  button.removeAttribute('aria-busy')
  sayTrouble(messageId, problem)
}
