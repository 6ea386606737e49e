// @ts-check
// What if a press fails? Its message says so for a while, even when it was redrawn in between.

import { byId, el, say } from './dom.js'

const SHOWN_MS = 15_000

/** By the message's ts.
 * @type {Map<string, { text: string, timer: ReturnType<typeof setTimeout> }>} */
const troubles = new Map()

/**
 * The line of a message as it is drawn now.
 * @param {string} ts
 */
export function troubleLine(ts) {
  const line = el('p', { class: 'failure trouble', role: 'alert' })
  say(line, troubles.get(ts)?.text ?? null)
  return line
}

/**
 * @param {string} ts
 * @param {string | null} text null takes back what was said
 */
export function sayTrouble(ts, text) {
  clearTimeout(troubles.get(ts)?.timer)
  troubles.delete(ts)
  if (text !== null) troubles.set(ts, { text, timer: setTimeout(sayTrouble, SHOWN_MS, ts, null) })
  // Looked up, for the message may have been drawn anew since its button was pressed.
  const line = /** @type {HTMLElement | null} */ (
    byId('messages').querySelector(`[data-ts="${CSS.escape(ts)}"] .trouble`)
  )
  if (!line) return
  say(line, text)
  if (text !== null) line.scrollIntoView({ block: 'nearest' })
}
