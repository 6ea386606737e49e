// @ts-check
// How is it decided? Two buttons, a note if there is something to say, and the reason when it did not count.

import { el, say } from './dom.js'

/** @typedef {import('../../approvals/view.ts').Verdict} Verdict */

/**
 * Resolves with the sentence of a refusal, or null when it counted.
 * @typedef {(decision: Verdict, note: string) => Promise<string | null>} OnDecide
 */

/**
 * @typedef {{
 *   noteRequired: Verdict[],
 *   whyNotYet: () => string | null,
 *   onDecide: OnDecide,
 * }} Deciding `whyNotYet`: what is to be done before Approve counts
 */

const MOST_NOTE = '2000'

/** @param {Deciding} deciding */
export function drawDecisionForm({ noteRequired, whyNotYet, onDecide }) {
  const note = /** @type {HTMLTextAreaElement} */ (
    el('textarea', {
      id: 'note',
      'data-testid': 'note',
      rows: '2',
      maxlength: MOST_NOTE,
      placeholder: 'The agent will read it',
      'aria-describedby': 'note-needed',
    })
  )
  const failure = el('p', { class: 'failure', 'data-testid': 'refusal', role: 'alert', hidden: true })
  const hint = el('p', { id: 'not-yet', class: 'aside', 'data-testid': 'not-yet' })
  const buttons = [button('approve', 'Approve', 'primary'), button('deny', 'Deny', 'danger')]
  say(hint, whyNotYet())

  /**
   * @param {Verdict} decision
   * @param {string} label
   * @param {string} style
   */
  function button(decision, label, style) {
    const press = async () => {
      if (buttons.some((one) => one.getAttribute('aria-busy') === 'true')) return
      say(failure, null)
      if (decision === 'approve' && isTooEarly()) return
      if (noteRequired.includes(decision) && note.value.trim() === '') {
        note.focus({ preventScroll: true })
        return say(failure, `Write a note first: the policy asks for one to ${decision}.`)
      }
      pressed.setAttribute('aria-busy', 'true')
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

  /** The hint then speaks up. */
  function isTooEarly() {
    const notYet = whyNotYet()
    if (notYet === null) return false
    hint.className = 'failure'
    hint.role = 'alert'
    say(hint, notYet)
    return true
  }

  return el(
    'section',
    { id: 'decide', class: 'panel decide', 'aria-label': 'Your decision' },
    el('label', { for: 'note' }, 'Note ', el('span', { id: 'note-needed' }, neededWords(noteRequired))),
    note,
    hint,
    failure,
    el('div', { class: 'verdicts' }, ...buttons),
  )
}

/** @param {Verdict[]} verdicts */
function neededWords(verdicts) {
  if (verdicts.length === 0) return 'optional'
  return verdicts.length > 1 ? 'needed' : `needed to ${verdicts[0]}`
}
