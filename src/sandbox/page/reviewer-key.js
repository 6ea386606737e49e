// @ts-check
// What is entered where "View in Console" asks for a key? One that the sandbox made, copied from here.

import { byId, say } from './dom.js'
import { askForReviewerKey } from './server.js'

const CONFIRMED_MS = 4000

/**
 * @param {(text: string) => void} announce
 * @returns {HTMLElement} the line, for the caller to show and hide
 */
export function createReviewerKey(announce) {
  const button = byId('copy-reviewer-key')
  const value = /** @type {HTMLInputElement} */ (byId('reviewer-key-value'))
  const failure = byId('reviewer-key-failure')
  const label = button.textContent
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  /** @param {boolean} isCopied */
  function confirm(isCopied) {
    clearTimeout(timer)
    button.textContent = isCopied ? 'Copied ✓' : label
    button.classList.toggle('copied', isCopied)
    if (isCopied) timer = setTimeout(confirm, CONFIRMED_MS, false)
  }

  /** @param {string} key */
  function showSelected(key) {
    byId('reviewer-key-lead').textContent = 'No clipboard here. Copy Ana’s key yourself:'
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

  return byId('reviewer-key')
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
