// @ts-check
// What is entered where "View in Console" asks for a key? One that the sandbox made, copied from here.

import { announce } from './announcer.js'
import { el, say } from './dom.js'
import { askForReviewerKey } from './server.js'

const CONFIRMED_MS = 4000
const LABEL = 'Copy Ana’s console key'

/**
 * @param {HTMLElement} pane
 * @returns {HTMLElement} the line below its composer, for the caller to show and hide
 */
export function createReviewerKey(pane) {
  const lead = el('span', { class: 'lead' }, 'View in Console asks for a key:')
  const button = el(
    'button',
    {
      type: 'button',
      class: 'chip',
      'data-testid': 'copy-reviewer-key',
      title: 'What View in Console asks for',
    },
    LABEL,
  )
  const value = /** @type {HTMLInputElement} */ (
    el('input', {
      'data-testid': 'reviewer-key',
      type: 'text',
      'aria-label': 'Ana’s key',
      readonly: true,
      spellcheck: 'false',
      hidden: true,
    })
  )
  const failure = el('p', { class: 'failure', role: 'alert', hidden: true })
  const line = el('div', { class: 'reviewer-key', hidden: true }, lead, button, value, failure)
  pane.querySelector('.hints')?.append(line)
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  /** @param {boolean} isCopied */
  function confirm(isCopied) {
    clearTimeout(timer)
    button.textContent = isCopied ? 'Copied ✓' : LABEL
    button.classList.toggle('copied', isCopied)
    if (isCopied) timer = setTimeout(confirm, CONFIRMED_MS, false)
  }

  /** @param {string} key */
  function showSelected(key) {
    lead.textContent = 'No clipboard here. Copy Ana’s key yourself:'
    lead.className = ''
    button.hidden = true
    value.hidden = false
    value.value = key
    value.focus()
    value.select()
  }

  button.addEventListener('click', async () => {
    confirm(false)
    const asked = askForReviewerKey()
    const isCopied = await copied(asked)
    const answer = await asked
    say(failure, 'problem' in answer ? answer.problem : null)
    if ('problem' in answer) return
    if (!isCopied) return showSelected(answer.key)
    confirm(true)
    announce('Ana’s key is copied. Paste it where View in Console asks for one.')
  })

  return line
}

/**
 * Begins within the click, as browsers demand, and waits there for the key.
 * @param {ReturnType<typeof askForReviewerKey>} asked
 */
async function copied(asked) {
  const text = asked.then((answer) => {
    if ('problem' in answer) throw new Error(answer.problem)
    return new Blob([answer.key], { type: 'text/plain' })
  })
  // Where there is no clipboard nobody else waits for it.
  text.catch(() => {})
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text })])
    return true
  } catch {
    return false
  }
}
