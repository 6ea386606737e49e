// @ts-check
// How is it decided? Two buttons, a note if there is something to say, and the reason when it did not count.

import { el, say } from './dom.js'

/**
 * Resolves with the sentence of a refusal, or null when it counted.
 * @typedef {(decision: 'approve' | 'deny', note: string) => Promise<string | null>} OnDecide
 */

const MOST_NOTE = '2000'

/** @param {OnDecide} onDecide */
export function drawDecisionForm(onDecide) {
  const note = /** @type {HTMLTextAreaElement} */ (
    el('textarea', {
      id: 'note',
      'data-testid': 'note',
      rows: '2',
      maxlength: MOST_NOTE,
      placeholder: 'The agent will read it',
    })
  )
  const failure = el('p', { class: 'failure', 'data-testid': 'refusal', role: 'alert', hidden: true })
  const buttons = [button('approve', 'Approve', 'primary'), button('deny', 'Deny', 'danger')]

  /**
   * @param {'approve' | 'deny'} decision
   * @param {string} label
   * @param {string} style
   */
  function button(decision, label, style) {
    const press = async () => {
      if (buttons.some((one) => one.getAttribute('aria-busy') === 'true')) return
      pressed.setAttribute('aria-busy', 'true')
      say(failure, null)
      say(failure, await onDecide(decision, note.value.trim()))
      pressed.removeAttribute('aria-busy')
    }
    const pressed = el(
      'button',
      { type: 'button', class: `button ${style}`, 'data-testid': decision, click: press },
      label,
    )
    return pressed
  }

  return el(
    'section',
    { class: 'panel decide', 'aria-label': 'Your decision' },
    el('label', { for: 'note' }, 'Note ', el('span', {}, 'optional')),
    note,
    failure,
    el('div', { class: 'verdicts' }, ...buttons),
  )
}
