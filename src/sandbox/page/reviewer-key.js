// @ts-check
// What is entered where "View in Console" asks for a key? One that the sandbox made, copied from here by its owner.

import { announce } from './announcer.js'
import { el, say } from './dom.js'
import { askForReviewerKey } from './server.js'

const CONFIRMED_MS = 4000
const LABEL = 'Copy Ana’s console key'

/** @typedef {import('../snapshot.ts').Person} Person */

/**
 * The line below a pane's composer.
 * @param {HTMLElement} pane
 */
export function createReviewerKey(pane) {
  const lead = el('span', {})
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
  /** @type {Person | undefined} */
  let owner

  /** @param {boolean} isCopied */
  function confirm(isCopied) {
    clearTimeout(timer)
    button.textContent = isCopied ? 'Copied ✓' : LABEL
    button.classList.toggle('copied', isCopied)
    if (isCopied) timer = setTimeout(confirm, CONFIRMED_MS, false)
  }

  /** @param {Person} person */
  function offerTo(person) {
    owner = person
    confirm(false)
    say(failure, null)
    lead.className = person.hasKey ? 'lead' : ''
    lead.textContent = person.hasKey
      ? 'View in Console asks for a key:'
      : `View in Console asks for a key, and ${person.name} has none.`
    button.hidden = !person.hasKey
    value.hidden = true
    value.value = ''
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
    const asker = owner
    if (!asker) return
    confirm(false)
    const asked = askForReviewerKey(asker)
    const isCopied = await copied(asked)
    const answer = await asked
    if (owner !== asker) return
    say(failure, 'problem' in answer ? answer.problem : null)
    if ('problem' in answer) return
    if (!isCopied) return showSelected(answer.key)
    confirm(true)
    announce('Ana’s key is copied. Paste it where View in Console asks for one.')
  })

  return {
    /**
     * @param {Person} you
     * @param {boolean} isAskedFor whether a card in view leads to where a key is asked for
     */
    show(you, isAskedFor) {
      line.hidden = !isAskedFor
      if (you.slackId !== owner?.slackId) offerTo(you)
    },
  }
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
