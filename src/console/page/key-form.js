// @ts-check
// Who is reading? An API key, which stays in this tab until it is closed or the key is forgotten.

import { el } from './dom.js'

const PLACE = 'countersign-key'
const HOW_TO_GET_ONE = `npx --no -- countersign keys create --name "ana's key" --role reviewer \\
  --person-name "Ana Ruiz" --person-email ana@example.com`

export const savedKey = {
  read: () => sessionStorage.getItem(PLACE),
  write: (/** @type {string} */ key) => sessionStorage.setItem(PLACE, key),
  forget: () => sessionStorage.removeItem(PLACE),
}

/** @typedef {{ heading: string, lead: string }} Invitation */

/**
 * @param {Invitation} invitation
 * @param {string | null} refusal why the last key did not do
 * @param {(key: string) => Promise<void>} onOpen
 */
export function drawKeyForm({ heading, lead }, refusal, onOpen) {
  // Without a name it is in no form data, so a browser that never ran this page's script cannot send it.
  const input = /** @type {HTMLInputElement} */ (
    el('input', {
      id: 'key',
      'data-testid': 'key',
      type: 'password',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      placeholder: 'csk_…',
      required: true,
    })
  )
  const open = el('button', { type: 'submit', class: 'button', 'data-testid': 'open' }, 'Open')
  const failure = el('p', { class: 'failure', 'data-testid': 'refusal', role: 'alert' }, refusal)
  failure.hidden = refusal === null

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault()
    const key = input.value.trim()
    if (open.getAttribute('aria-busy') === 'true') return
    if (!/^[\x21-\x7e]{1,512}$/.test(key)) {
      failure.hidden = false
      failure.textContent = 'That is not an API key: it has spaces or letters that no key has.'
      return
    }
    open.setAttribute('aria-busy', 'true')
    await onOpen(key)
  }

  return el(
    'form',
    { class: 'panel key-form', submit, autocomplete: 'off' },
    el('h1', {}, heading),
    el('p', { class: 'lead' }, lead),
    el('label', { for: 'key' }, 'API key'),
    el('div', { class: 'key-field' }, input, open),
    failure,
    el('p', { class: 'aside' }, 'It stays in this tab, and is gone when you close it.'),
    el(
      'details',
      {},
      el('summary', {}, 'I have none'),
      el('p', {}, 'Whoever runs Countersign makes you one, on its machine:'),
      el('pre', {}, HOW_TO_GET_ONE),
    ),
  )
}
