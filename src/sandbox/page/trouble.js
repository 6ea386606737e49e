// @ts-check
// What if a press fails? Its message says so for a while, even when it was redrawn in between.

import { el, say } from './dom.js'

const SHOWN_MS = 15_000

/** By the message's id.
 * @type {Map<string, { text: string, timer: ReturnType<typeof setTimeout> }>} */
const troubles = new Map()

/**
 * The line of a message as it is drawn now.
 * @param {string} messageId
 */
export function troubleLine(messageId) {
  const line = el('p', { class: 'failure trouble', role: 'alert' })
  say(line, troubles.get(messageId)?.text ?? null)
  return line
}

/**
 * @param {string} messageId
 * @param {string | null} text null takes back what was said
 */
export function sayTrouble(messageId, text) {
  clearTimeout(troubles.get(messageId)?.timer)
  troubles.delete(messageId)
  if (text !== null)
    troubles.set(messageId, { text, timer: setTimeout(sayTrouble, SHOWN_MS, messageId, null) })
  // Looked up, for the message may have been drawn anew since its button was pressed.
  const line = /** @type {HTMLElement | null} */ (
    document.querySelector(`.message[data-key="${CSS.escape(messageId)}"] .trouble`)
  )
  if (!line) return
  say(line, text)
  if (text !== null) line.scrollIntoView({ block: 'nearest' })
}
