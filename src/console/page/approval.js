// @ts-check
// Draws all of an approval for a reader, literally: nothing of it is ever markup.

import { drawDecisionForm } from './decision-form.js'
import { el } from './dom.js'
import { drawReach } from './reach.js'
import { banner, facts, json, nameAndId, record, time } from './record.js'
import { revealed } from './revealed.js'

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/** @typedef {import('./decision-form.js').OnDecide} OnDecide */

/** @param {ApprovalView} view */
export function headline({ status, decisions, progress }) {
  const denier = decisions.findLast(({ verdict }) => verdict === 'deny')?.reviewer.name
  const approvers = progress.flatMap(({ approved }) => approved.map(({ name }) => name)).join(', ')
  switch (status) {
    case 'pending':
      return 'Waiting for a decision'
    case 'approved':
      return approvers ? `Approved by ${approvers}` : 'Approved'
    case 'denied':
      return denier ? `Denied by ${denier}` : 'Denied'
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
  return record(
    standing(view),
    [
      ask(view),
      json('Arguments', action.arguments, 'arguments'),
      hasMetadata && json('Metadata', metadata, 'metadata'),
    ],
    [
      refusal !== '' && el('p', { class: 'panel failure', 'data-testid': 'refusal', role: 'alert' }, refusal),
      view.status === 'pending' && (mayDecide ? drawDecisionForm(onDecide) : onlyReading()),
      (view.status !== 'pending' || view.decisions.length > 0) && outcome(view),
      facts(rowsOf(view)),
    ],
  )
}

/** @param {ApprovalView} view */
function standing(view) {
  const when =
    view.status === 'pending'
      ? el('span', { class: 'when', 'data-until': view.expires_at })
      : view.closed_at && el('span', { class: 'when' }, time(view.closed_at))
  return banner(
    { 'data-status': view.status },
    el('strong', {}, ...revealed(headline(view))),
    when,
    drawReach(view),
    view.test && el('p', {}, 'This is a test. The buttons work; no agent waits for the answer.'),
  )
}

/** @param {ApprovalView} view */
function ask({ agent, action, reasons, risk }) {
  return el(
    'section',
    { class: 'panel subject' },
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
    el('h1', { class: 'tool' }, ...revealed(action.tool)),
    el('p', { class: 'summary' }, ...revealed(action.summary)),
    reasons.length > 0 &&
      el('ul', { class: 'reasons' }, ...reasons.map((reason) => el('li', {}, ...revealed(reason)))),
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
function outcome({ decisions, progress, review_notes }) {
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
    ...progress.map(({ approved, missing }) =>
      missing > 0 && approved.length > 0
        ? el(
            'p',
            { class: 'aside', 'data-testid': 'progress' },
            `${approved.length} of ${approved.length + missing} approvals`,
          )
        : false,
    ),
    review_notes !== null &&
      el('p', { class: 'aside', 'data-testid': 'review-notes' }, 'Review notes: ', ...revealed(review_notes)),
  )
}

/**
 * @param {ApprovalView} view
 * @returns {Parameters<typeof facts>[0]}
 */
function rowsOf({ id, agent, action, requested_by, risk, digest, created_at, expires_at, closed_at }) {
  const score = risk.score === null ? '' : ` ${risk.score.toFixed(2)}`
  return [
    ['Risk', [risk.level, score]],
    ['Agent', nameAndId(agent)],
    ['Tool', [el('code', {}, ...revealed(action.tool))]],
    ['Environment', action.environment === null ? null : revealed(action.environment)],
    ['On behalf of', requested_by && revealed(requested_by.email)],
    ['Asked', [time(created_at)]],
    ['Expires', [time(expires_at)]],
    ['Closed', closed_at === null ? null : [time(closed_at)]],
    ['Approval', [el('code', {}, id)]],
    ['Digest', [el('code', { 'data-testid': 'digest' }, digest)]],
  ]
}
