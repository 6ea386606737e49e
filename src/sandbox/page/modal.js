// @ts-check
// What has Slack opened for the one who pressed? A modal, which the product fills and changes while it is open.

import { drawBlocks } from './blocks.js'
import { byId, el, say } from './dom.js'
import { relay } from './server.js'

/** @typedef {import('../snapshot.ts').SlackModal} SlackModal */

/** A modal opens where somebody pressed, and not in their other tabs. */
const EXPECTED_MS = 5000

/** @param {import('./mrkdwn.js').NameOf} nameOf */
export function createModal(nameOf) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('slack-modal'))
  /** @type {SlackModal | undefined} */
  let shown
  /** @type {Map<string, string>} what stands in each field */
  let typed = new Map()
  /** @type {Set<string>} */
  const left = new Set()
  let expectedUntil = 0

  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    leave()
  })

  function hide() {
    shown = undefined
    typed = new Map()
    if (dialog.open) dialog.close()
    dialog.replaceChildren()
  }

  function leave() {
    if (!shown) return
    left.add(shown.id)
    void relay('slack-modal-close', { view_id: shown.id, user_id: shown.userId })
    hide()
  }

  /**
   * @param {HTMLElement} button
   * @param {'slack-modal-press' | 'slack-modal-submit'} action
   * @param {Record<string, string>} sent
   */
  async function send(button, action, sent) {
    if (!shown || button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    const problem = await relay(action, { ...sent, view_id: shown.id, user_id: shown.userId })
    button.removeAttribute('aria-busy')
    const line = dialog.querySelector('footer .failure')
    if (line && problem !== null) say(/** @type {HTMLElement} */ (line), problem)
  }

  /** @param {import('./blocks.js').Block} block */
  function drawInput({ block_id: id, element, hint, label, optional }) {
    const error = shown?.errors[id]
    const field = /** @type {HTMLTextAreaElement} */ (
      el('textarea', {
        id: `field-${id}`,
        'data-testid': 'field',
        rows: element.multiline ? '4' : '1',
        maxlength: element.max_length && String(element.max_length),
        'aria-describedby': `about-${id}`,
        'aria-invalid': error && 'true',
        input: () => typed.set(id, field.value),
      })
    )
    field.value = typed.get(id) ?? element.initial_value ?? ''
    return el(
      'div',
      { class: 'input-block' },
      el('label', { for: field.id }, label.text, optional && el('span', {}, ' (optional)')),
      field,
      el(
        'p',
        { id: `about-${id}`, class: error ? 'failure' : 'hint', role: error && 'alert' },
        error ?? hint?.text ?? '',
      ),
    )
  }

  /** @param {SlackModal} modal */
  function draw({ trouble, view }) {
    const submit = () =>
      send(
        submitButton,
        'slack-modal-submit',
        Object.fromEntries([...typed].map(([id, text]) => [`value:${id}`, text])),
      )
    const submitButton = el(
      'button',
      { type: 'button', class: 'button primary', click: submit },
      view.submit?.text ?? 'Submit',
    )
    /** @type {import('./blocks.js').Surroundings} */
    const around = {
      nameOf,
      press: (button, element) => void send(button, 'slack-modal-press', { action_id: element.action_id }),
      drawInput,
    }
    const focused = dialog.contains(document.activeElement) ? actionOf(document.activeElement) : undefined
    dialog.replaceChildren(
      el(
        'header',
        {},
        el('h3', { id: 'slack-modal-title', tabindex: '-1' }, view.title.text),
        el(
          'button',
          { type: 'button', class: 'close', 'aria-label': 'Close this window', click: leave },
          '×',
        ),
      ),
      el('div', { class: 'body' }, ...drawBlocks(view.blocks, around)),
      el(
        'footer',
        {},
        el('p', { class: 'failure', role: 'alert', hidden: trouble === null }, trouble ?? ''),
        el('button', { type: 'button', class: 'button', click: leave }, view.close?.text ?? 'Close'),
        view.submit && submitButton,
      ),
    )
    if (!dialog.open) dialog.showModal()
    const again = focused && dialog.querySelector(`[data-action-id="${CSS.escape(focused)}"]`)
    const node = again || dialog.querySelector('textarea') || byId('slack-modal-title')
    if (node instanceof HTMLElement) node.focus()
  }

  return {
    /** The one who acts has pressed something here that may open one. */
    expect() {
      expectedUntil = Date.now() + EXPECTED_MS
    },
    /** @param {SlackModal | undefined} modal what is open for the one who acts */
    show(modal) {
      const isMine = modal?.id === shown?.id || Date.now() < expectedUntil
      if (!modal || left.has(modal.id) || !isMine) return hide()
      if (looks(modal) === looks(shown)) return
      if (modal.id !== shown?.id) typed = new Map()
      shown = modal
      draw(modal)
    },
  }
}

/** @param {SlackModal | undefined} modal */
function looks(modal) {
  return modal && JSON.stringify([modal.id, modal.hash, modal.errors, modal.trouble])
}

/** @param {Element | null} node */
function actionOf(node) {
  return node?.getAttribute('data-action-id') ?? undefined
}
