// @ts-check
// How does one request of the sample agent look, how did it go, and what may be tried with its yes?

import { el, say } from './dom.js'
import { drawReceipt, drawRefusal } from './receipt.js'
import { act } from './server.js'
import { span } from './time.js'

/** @typedef {import('../snapshot.ts').Run} Run */
/** @typedef {import('../snapshot.ts').AttemptKind} AttemptKind */

/** @type {Record<Run['status'], string>} */
const WORDS = {
  asking: 'Asking',
  waiting: 'Waiting',
  approved: 'Approved',
  ran: 'Ran',
  not_run: 'Not run',
  denied: 'Denied',
  expired: 'Expired',
  withdrawn: 'Withdrawn',
  told: 'Told',
  error: 'Error',
}

/** What the agent changes, once it has the yes.
 * @type {Record<Exclude<Run['kind'], 'violation'>, string>} */
const CHANGES = { refund: 'amount', email: 'recipient', sql: 'statement', payout: 'account' }

/** @param {Run} run */
export function drawRun(run) {
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
    run.receipt && drawReceipt(run.id, run.receipt),
    ...run.refusals.map(drawRefusal),
    run.status === 'ran' && drawAttempts(run),
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
      return [by, dot, `released${after}, and redeems it`]
    case 'ran':
      return [by, dot, `released${after}, redeemed, and ran`]
    case 'not_run':
      return [by, dot, `released${after}, and did not run`]
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

/** Each is tried once.
 * @param {Run} run */
function drawAttempts({ id, kind, refusals }) {
  if (kind === 'violation') return null
  const failure = el('p', { class: 'failure', role: 'alert', hidden: true })
  /** @param {AttemptKind} what @param {string} words @param {string} title */
  function button(what, words, title) {
    if (refusals.some(({ attempt }) => attempt === what)) return null
    const node = el(
      'button',
      { type: 'button', class: 'chip', 'data-testid': `attempt-${what}`, title },
      words,
    )
    node.addEventListener('click', async () => {
      if (node.getAttribute('aria-busy') === 'true') return
      node.setAttribute('aria-busy', 'true')
      say(failure, await act('attempt', { run_id: id, what }))
      node.removeAttribute('aria-busy')
    })
    return node
  }
  const buttons = [
    button(
      'change',
      `Change the ${CHANGES[kind]}`,
      'After the yes: the agent tries to run something else with it',
    ),
    button('twice', 'Run it twice', 'The agent tries to redeem the same yes once more'),
  ]
  return buttons.some(Boolean) && el('div', { class: 'attempts' }, ...buttons, failure)
}

/** @param {Run} run */
export function spoken({ tool, status, decided_by, refusals }) {
  const by = decided_by ? ` by ${decided_by}` : ''
  const words = status === 'ran' ? `Ran, approved${by}` : `${WORDS[status]}${by}`
  const last = refusals.at(-1)
  return `${tool}: ${last ? `Refused with ${last.sentence}` : words}`
}

/** @param {number} ms */
function grouped(ms) {
  return Math.round(ms).toLocaleString('en')
}
