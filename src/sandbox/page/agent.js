// @ts-check
// What is the sample agent doing, and how long has it waited?

import { announce } from './announcer.js'
import { byId, reconcile, say } from './dom.js'
import { drawRun, spoken } from './run.js'
import { act } from './server.js'
import { span } from './time.js'

export function createAgentPane() {
  const list = byId('runs')
  const failure = byId('ask-failure')
  const expiry = /** @type {HTMLSelectElement} */ (byId('expiry'))
  const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('.ask'))]
  /** @type {Map<string, string>} */
  const lastSaid = new Map()
  let clockOffsetMs = 0

  for (const button of buttons) {
    button.addEventListener('click', async () => {
      if (button.getAttribute('aria-busy') === 'true') return
      button.setAttribute('aria-busy', 'true')
      const body = { kind: button.dataset.kind, expires_in_seconds: Number(expiry.value) }
      say(failure, await act('ask', body))
      button.removeAttribute('aria-busy')
    })
  }

  function tick() {
    const now = Date.now() + clockOffsetMs
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('[data-since]'))) {
      node.textContent = span(now - Number(node.dataset.since))
    }
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('[data-until]'))) {
      node.textContent = span(Math.max(0, Number(node.dataset.until) - now))
    }
  }
  setInterval(tick, 250)

  return {
    /** @param {import('../snapshot.ts').Snapshot} snapshot */
    show({ runs, now, ready }) {
      clockOffsetMs = now - Date.now()
      for (const button of buttons) button.disabled = !ready
      byId('no-runs').hidden = runs.length > 0
      reconcile(list, runs, { key: (run) => run.id, draw: drawRun })
      tick()
      for (const run of runs) {
        const words = spoken(run)
        if (lastSaid.has(run.id) && lastSaid.get(run.id) !== words) announce(words)
        lastSaid.set(run.id, words)
      }
      const waiting = runs.filter(({ status }) => status === 'waiting').length
      const counts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.waiting-count'))
      for (const count of counts) say(count, waiting === 0 ? null : String(waiting))
    },
  }
}
