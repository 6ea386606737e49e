// @ts-check
// Draws all of an approval for a reader, literally: nothing of it is ever markup.

import { drawDecisionForm } from './decision-form.js'
import { byId, el } from './dom.js'
import { drawReach } from './reach.js'
import { banner, facts, json, nameAndId, record, time } from './record.js'
import { revealed } from './revealed.js'
import { countsOf, drawReview } from './review.js'

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/**
 * What stands where one decides: how, or why not.
 * @typedef {import('./decision-form.js').Deciding | 'reads only' | 'has voted'} Standing
 */

/** @param {ApprovalView} view */
export function headline({ answered_by, status, decisions, progress }) {
  if (answered_by) {
    const rule = answered_by.rule === null ? '' : `, rule “${answered_by.rule}”`
    return `${status === 'approved' ? 'Approved' : 'Denied'} by policy${rule}`
  }
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
      return approvers ? 'Expired: too few approved in time' : 'Expired: nobody decided in time'
    case 'withdrawn':
      return 'Withdrawn: no decision is needed any more'
  }
}

/**
 * @param {ApprovalView} view
 * @param {Standing} standing
 * @param {string} refusal of a decision that did not count, or ''
 */
export function drawApproval(view, standing, refusal) {
  const { action, metadata } = view
  const data = [
    json('Arguments', action.arguments, 'arguments'),
    ...(Object.keys(metadata).length > 0 ? [json('Metadata', metadata, 'metadata')] : []),
  ]
  // Who has had this in view has seen all of it.
  data.at(-1)?.append(el('div', { id: 'end' }))
  return record(
    top(view),
    [ask(view), ...data],
    [
      refusal !== '' && el('p', { class: 'panel failure', 'data-testid': 'refusal', role: 'alert' }, refusal),
      view.status === 'pending' && place(standing),
      drawReview(view),
      outcome(view),
      facts(rowsOf(view)),
    ],
  )
}

/**
 * Changes in place what may change while it waits: whatever is being written beside it stays.
 * @param {ApprovalView} view
 */
export function updateParts(view) {
  for (const now of [drawCounts(view), drawReach(view), drawReview(view), outcome(view)]) {
    const before = byId(now.id)
    if (before.textContent === now.textContent) continue
    before.replaceWith(now)
    byId('announcer').textContent = now.textContent
  }
}

/** @param {ApprovalView} view */
function top(view) {
  const when =
    view.status === 'pending'
      ? el('span', { class: 'when', 'data-until': view.expires_at })
      : view.closed_at && el('span', { class: 'when' }, time(view.closed_at))
  return banner(
    { 'data-status': view.status },
    el('strong', {}, ...revealed(headline(view))),
    when,
    drawCounts(view),
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

/** How far it is, at the top: on a phone the rest is far below. @param {ApprovalView} view */
function drawCounts({ progress, status }) {
  const counts = status === 'pending' ? countsOf(progress).join(' · ') : ''
  const props = { id: 'counts', 'data-testid': 'progress', hidden: counts === '' }
  return el('p', props, ...revealed(counts))
}

/** @param {Standing} standing */
function place(standing) {
  if (typeof standing === 'object') return drawDecisionForm(standing)
  const words =
    standing === 'has voted'
      ? 'Your vote is on record. Others are awaited.'
      : 'This key may read and not decide. A reviewer’s key shows the buttons.'
  return el('p', { class: 'panel aside', 'data-testid': 'no-buttons' }, words)
}

/** Empty as long as nobody has voted. @param {ApprovalView} view */
function outcome({ decisions, review_notes, status }) {
  const isEmpty = status === 'pending' && decisions.length === 0
  const props = { id: 'outcome', class: 'panel outcome', hidden: isEmpty }
  if (isEmpty) return el('section', props)
  return el(
    'section',
    props,
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

/**
 * @param {ApprovalView} view
 * @returns {Parameters<typeof facts>[0]}
 */
function rowsOf(view) {
  const { id, agent, action, grant, policy, requested_by, risk, digest } = view
  const { created_at, expires_at, closed_at } = view
  return [
    ['Risk', [risk.level, risk.score === null ? '' : ` ${roundedDown(risk.score)}`]],
    ['Agent', nameAndId(agent)],
    ['Tool', [el('code', {}, ...revealed(action.tool))]],
    ['Environment', action.environment === null ? null : revealed(action.environment)],
    ['On behalf of', requested_by && revealed(requested_by.email)],
    ['Policy', policy && policyWords(policy)],
    ['Asked', [time(created_at)]],
    ['Expires', [time(expires_at)]],
    ['Closed', closed_at === null ? null : [time(closed_at)]],
    ['Run', grant && runWords(grant)],
    ['Approval', [el('code', {}, id)]],
    ['Digest', [el('code', { 'data-testid': 'digest' }, digest)]],
  ]
}

/** @param {NonNullable<ApprovalView['grant']>} grant */
function runWords({ state, expires_at, redeemed_at, reason }) {
  if (redeemed_at !== null) return [time(redeemed_at)]
  if (state === 'live') return ['Once, until ', time(expires_at)]
  return reason === null ? ['Not run'] : ['Not run. ', ...revealed(reason)]
}

/** As on every card, so that none seems to reach the next level. @param {number} score */
function roundedDown(score) {
  return (Math.floor(score * 100 + 1e-9) / 100).toFixed(2)
}

/** @param {NonNullable<ApprovalView['policy']>} policy */
function policyWords({ rule, version }) {
  return [...revealed(rule === null ? 'no rule' : `rule “${rule}”`), ` of version ${version}`]
}
