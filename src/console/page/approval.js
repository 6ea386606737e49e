// @ts-check
// What does a reader see of an approval? All of it, literally: nothing of it is ever markup.

import { drawDecisionForm } from './decision-form.js'
import { el } from './dom.js'
import { revealed } from './revealed.js'

/** @typedef {import('./api.js').ApprovalView} ApprovalView */
/** @typedef {import('./decision-form.js').OnDecide} OnDecide */

/** @param {ApprovalView} view */
export function headline({ status, decisions }) {
  const by = decisions.at(-1)?.reviewer.name
  switch (status) {
    case 'pending':
      return 'Waiting for a decision'
    case 'approved':
      return by ? `Approved by ${by}` : 'Approved'
    case 'denied':
      return by ? `Denied by ${by}` : 'Denied'
    case 'expired':
      return 'Expired: nobody decided in time'
    case 'withdrawn':
      return 'Withdrawn: no decision is needed any more'
  }
}

/**
 * @param {ApprovalView} view
 * @param {boolean} mayDecide
 * @param {string} refusal of a decision that came too late, or ''
 * @param {OnDecide} onDecide
 */
export function drawApproval(view, mayDecide, refusal, onDecide) {
  const { action, metadata } = view
  const hasMetadata = Object.keys(metadata).length > 0
  return el(
    'article',
    { class: 'approval', 'data-status': view.status },
    banner(view),
    el(
      'div',
      { class: 'request' },
      ask(view),
      json('Arguments', action.arguments, 'arguments'),
      hasMetadata && json('Metadata', metadata, 'metadata'),
    ),
    el(
      'div',
      { class: 'side' },
      refusal !== '' && el('p', { class: 'panel failure', 'data-testid': 'refusal', role: 'alert' }, refusal),
      view.status === 'pending' && (mayDecide ? drawDecisionForm(onDecide) : onlyReading()),
      view.status !== 'pending' && outcome(view),
      facts(view),
    ),
  )
}

/** @param {ApprovalView} view */
function banner(view) {
  const pending = view.status === 'pending'
  const when = pending
    ? el('span', { class: 'when', 'data-until': view.expires_at })
    : view.closed_at && el('span', { class: 'when' }, time(view.closed_at))
  return el(
    'div',
    {
      class: 'banner',
      id: 'status',
      'data-testid': 'status',
      'data-status': view.status,
      'data-level': view.risk.level,
      tabindex: '-1',
    },
    el('strong', {}, ...revealed(headline(view))),
    when,
    view.test && el('p', {}, 'This is a test. The buttons work; no agent waits for the answer.'),
  )
}

/** @param {ApprovalView} view */
function ask({ agent, action, reasons, risk }) {
  return el(
    'section',
    { class: 'panel ask' },
    el(
      'p',
      { class: 'who' },
      el(
        'span',
        {},
        el('strong', {}, ...revealed(agent.name)),
        ' asks to run',
        ...(action.environment === null ? [] : [' in ', ...revealed(action.environment)]),
      ),
      el('span', { class: 'risk', 'data-level': risk.level }, `${risk.level} risk`),
    ),
    el('h1', {}, ...revealed(action.tool)),
    el('p', { class: 'summary' }, ...revealed(action.summary)),
    reasons.length > 0 &&
      el('ul', { class: 'reasons' }, ...reasons.map((reason) => el('li', {}, ...revealed(reason)))),
  )
}

/**
 * @param {string} title
 * @param {Record<string, unknown>} value
 * @param {string} testId
 */
function json(title, value, testId) {
  const text = JSON.stringify(value, null, 2)
  const size = `${text.length.toLocaleString('en')} characters, all of them`
  return el(
    'section',
    { class: 'panel json' },
    el('h2', {}, title, el('span', {}, size)),
    el('pre', { 'data-testid': testId, tabindex: '0', 'aria-label': title }, ...revealed(text)),
  )
}

function onlyReading() {
  return el(
    'p',
    { class: 'panel aside' },
    'This key may read and not decide. A reviewer’s key shows the buttons.',
  )
}

/** @param {ApprovalView} view */
function outcome({ decisions, review_notes }) {
  return el(
    'section',
    { class: 'panel outcome' },
    el('h2', {}, 'On record'),
    ...decisions.map(({ verdict, reviewer, source, note, decided_at }) =>
      el(
        'div',
        { class: 'decision', 'data-testid': 'decision', 'data-verdict': verdict },
        el(
          'p',
          {},
          el('strong', {}, ...revealed(reviewer.name)),
          ` ${verdict === 'approve' ? 'approved' : 'denied'}`,
        ),
        el('p', { class: 'aside' }, `via ${source}, `, time(decided_at)),
        note !== null && el('blockquote', {}, ...revealed(note)),
      ),
    ),
    review_notes !== null &&
      el('p', { class: 'aside', 'data-testid': 'review-notes' }, 'Review notes: ', ...revealed(review_notes)),
  )
}

/** @param {ApprovalView} view */
function facts({ id, agent, action, requested_by, risk, digest, created_at, expires_at, closed_at }) {
  const score = risk.score === null ? '' : ` ${risk.score.toFixed(2)}`
  /** @type {[string, (Node | string)[] | null][]} */
  const rows = [
    ['Risk', [risk.level, score]],
    ['Agent', [...revealed(agent.name), el('code', {}, ...revealed(agent.id))]],
    ['Tool', [el('code', {}, ...revealed(action.tool))]],
    ['Environment', action.environment === null ? null : revealed(action.environment)],
    ['On behalf of', requested_by && revealed(requested_by.email)],
    ['Asked', [time(created_at)]],
    ['Expires', [time(expires_at)]],
    ['Closed', closed_at === null ? null : [time(closed_at)]],
    ['Approval', [el('code', {}, id)]],
    ['Digest', [el('code', { 'data-testid': 'digest' }, digest)]],
  ]
  return el(
    'dl',
    { class: 'panel facts' },
    ...rows.flatMap(([label, value]) => (value ? [el('dt', {}, label), el('dd', {}, ...value)] : [])),
  )
}

/** @param {string} iso */
function time(iso) {
  const text = new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
  return el('time', { datetime: iso, title: iso }, text)
}
