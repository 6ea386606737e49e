// @ts-check
// Who must approve, and who has? Each requirement with its people, who is asked later, and who was added since.

import { el } from './dom.js'
import { time } from './record.js'
import { revealed } from './revealed.js'

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/** @typedef {import('../../approvals/view.ts').Progress} Progress */

/** The requirement that names no group. */
const ANYBODY = 'reviewers'

/**
 * Such as `1 of 2 payments`, as on every card; none where one approval of anybody is enough.
 * @param {Progress[]} progress
 */
export function countsOf(progress) {
  const isUsual = progress.length === 1 && progress[0]?.requirement === ANYBODY
  if (isUsual && neededBy(progress[0]) === 1) return []
  return progress.map(
    (one) => `${one.approved.length} of ${neededBy(one)} ${isUsual ? 'approvals' : one.requirement}`,
  )
}

/** Empty where there is nothing to say. @param {ApprovalView} view */
export function drawReview({ policy, progress, review, status }) {
  const counts = countsOf(progress)
  // Without a rule a floor raised the risk.
  const because = policy?.rule === null ? 'By the policy: ' : 'The rule applies because '
  const parts = [
    ...progress.flatMap((one, index) => (counts[index] ? [requirement(one, counts[index], status)] : [])),
    ...(policy?.because ?? []).map((why) => el('p', { class: 'aside' }, because, ...revealed(`“${why}”`))),
    ...(status === 'pending' ? awaited(review) : []),
  ]
  const props = { id: 'review', class: 'panel review', 'data-testid': 'review', hidden: parts.length === 0 }
  if (parts.length === 0) return el('section', props)
  return el('section', props, el('h2', {}, counts.length === 0 ? 'How it came' : 'Approvals'), ...parts)
}

/**
 * @param {Progress} one
 * @param {string} count
 * @param {ApprovalView['status']} status
 */
function requirement({ approved, missing }, count, status) {
  const names = approved.flatMap(({ name }, index) => [index === 0 ? '' : ', ', ...revealed(name)])
  const isOpen = missing > 0 && status === 'pending'
  return el(
    'div',
    { class: 'requirement', 'data-testid': 'requirement', 'data-met': String(missing === 0) },
    el('p', {}, el('strong', {}, ...revealed(count)), isOpen && el('span', {}, `${missing} more needed`)),
    names.length > 0 && el('p', { class: 'aside' }, ...names),
  )
}

/** @param {ApprovalView['review']} review */
function awaited({ added, escalation }) {
  const later = escalation && [
    'Members of ',
    ...revealed(escalation.to),
    escalation.done ? ' are asked too since ' : ' are asked too from ',
    time(escalation.at),
  ]
  return [
    ...(later ? [el('p', { class: 'aside', 'data-testid': 'escalation' }, ...later)] : []),
    ...added.map(({ name, group, at }) =>
      el(
        'p',
        { class: 'aside', 'data-testid': 'added' },
        'An admin added ',
        el('strong', {}, ...revealed(name)),
        ' to ',
        ...revealed(group),
        ' after this was asked, ',
        time(at),
      ),
    ),
  ]
}

/** @param {Progress | undefined} progress */
function neededBy(progress) {
  return progress ? progress.approved.length + progress.missing : 0
}
