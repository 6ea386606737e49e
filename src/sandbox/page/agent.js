// @ts-check
// What is the sample agent doing, and how long has it waited?

import { announce } from './announcer.js'
import { byId, el, reconcile, say } from './dom.js'
import { act } from './server.js'
import { span } from './time.js'

/** @typedef {import('../snapshot.ts').Run} Run */

export function createAgentPane() {
  const list = byId('runs')
  const failure = byId('ask-failure')
  const expiry = /** @type {HTMLSelectElement} */ (byId('expiry'))
  const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('.ask'))]
  /** @type {Map<string, string>} */
  const lastStatus = new Map()
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
        if (lastStatus.has(run.id) && lastStatus.get(run.id) !== run.status) announce(spoken(run))
        lastStatus.set(run.id, run.status)
      }
      const waiting = runs.filter(({ status }) => status === 'waiting').length
      const counts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.waiting-count'))
      for (const count of counts) say(count, waiting === 0 ? null : String(waiting))
    },
  }
}

/** @type {Record<Run['status'], string>} */
const WORDS = {
  asking: 'Asking',
  waiting: 'Waiting',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  withdrawn: 'Withdrawn',
  told: 'Told',
  error: 'Error',
}

/** @param {Run} run */
function drawRun(run) {
  return el(
    'li',
    { class: 'run', 'data-testid': 'run', 'data-status': run.status, tabindex: '-1' },
    el(
      'p',
      { class: 'run-head' },
      el('span', { class: 'status' }, WORDS[run.status]),
      el('code', {}, run.tool),
      run.answered_at === null
        ? el('span', { class: 'timer', 'data-since': String(run.asked_at), title: 'waiting since it asked' })
        : el('span', { class: 'timer', title: 'in all' }, span(run.answered_at - run.asked_at)),
    ),
    el('p', { class: 'run-summary' }, run.summary),
    el('p', { class: 'run-outcome', 'data-testid': 'outcome' }, ...outcome(run)),
    run.note && run.decided_by && el('blockquote', {}, run.note),
    run.problem && el('p', { class: 'failure' }, run.problem),
  )
}

/**
 * @param {Run} run
 * @returns {import('./dom.js').Child[]}
 */
function outcome(run) {
  const by = run.decided_by && el('strong', {}, `By ${run.decided_by}`)
  const dot = by && ' · '
  const after = run.told_after_ms === null ? '' : ` ${grouped(run.told_after_ms)} ms after the decision`
  switch (run.status) {
    case 'asking':
      return [run.kind === 'violation' ? 'Telling…' : 'Sending the request…']
    case 'waiting':
      return ['Waits for a person · expires in ', el('span', { 'data-until': String(run.expires_at) })]
    case 'approved':
      return [by, dot, `released${after}`]
    case 'denied':
      return [by, dot, `told${after}, and did not run`]
    case 'expired':
      return ['Nobody decided in time. It did not run, and nobody said no.']
    case 'withdrawn':
      return ['Withdrawn before anybody decided.']
    case 'told':
      return ['Its policy blocked it. Countersign took the alert, and tells whoever listens.']
    case 'error':
      return ['The request failed.']
  }
}

/** @param {Run} run */
function spoken(run) {
  const by = run.decided_by ? ` by ${run.decided_by}` : ''
  return `${run.tool}: ${WORDS[run.status]}${by}`
}

/** @param {number} ms */
function grouped(ms) {
  return Math.round(ms).toLocaleString('en')
}
