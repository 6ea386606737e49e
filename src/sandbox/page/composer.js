// @ts-check
// What happens to a line that somebody writes? It is sent, and what failed is said below.

import { say } from './dom.js'

/**
 * @param {HTMLElement} pane
 * @param {(line: string) => Promise<string | null>} send answers what went wrong, in words
 * @param {() => void} onSent
 */
export function createComposer(pane, send, onSent) {
  const form = /** @type {HTMLFormElement} */ (pane.querySelector('.composer'))
  const input = /** @type {HTMLInputElement} */ (form.querySelector('input'))
  const failure = /** @type {HTMLElement} */ (form.querySelector('.failure'))

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void write(input.value)
  })
  for (const chip of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-line]'))) {
    chip.addEventListener('click', () => void write(chip.dataset.line ?? ''))
  }

  /** @param {string} line */
  async function write(line) {
    if (form.getAttribute('aria-busy') === 'true') return
    form.setAttribute('aria-busy', 'true')
    const problem = await send(line)
    form.removeAttribute('aria-busy')
    say(failure, problem)
    if (problem !== null) return
    input.value = ''
    onSent()
  }
}
