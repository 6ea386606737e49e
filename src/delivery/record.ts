// Tells machines of an approval or an alert as it stood when the event happened, however late that is sent.

import type { ApprovalView } from '../approvals/view.ts'
import type { ToldEvent } from '../store/events.ts'

const BEFORE_ITS_END = new Set([
  'approval.requested',
  'approval.voted',
  'approval.escalated',
  'approval.reviewers_added',
  'approval.reminded',
  'approval.unreached',
])

/** What came later is left out: other events tell of it. Of a card that people look at, the present is shown. */
export function viewThen(view: ApprovalView, { type, created_at }: ToldEvent): ApprovalView {
  if (!BEFORE_ITS_END.has(type)) return { ...view, grant: grantThen(view.grant, created_at) }
  const isFirst = type === 'approval.requested'
  const decisions = isFirst ? [] : view.decisions.filter((vote) => Date.parse(vote.decided_at) <= created_at)
  const voters = new Set(decisions.map(({ reviewer }) => reviewer.id))
  return {
    ...view,
    status: 'pending',
    closed_at: null,
    decisions,
    progress: view.progress.map(({ requirement, approved, missing }) => {
      const then = approved.filter(({ id }) => voters.has(id))
      return { requirement, approved: then, missing: missing + approved.length - then.length }
    }),
    review_notes: null,
    grant: null,
    ...(isFirst && { reached: true, unreached_reasons: [], review: reviewAtFirst(view.review) }),
  }
}

/** What it came to later other events tell. */
function grantThen(grant: ApprovalView['grant'], then: number): ApprovalView['grant'] {
  if (grant === null) return null
  const { redeemed_at, revoked_at, expires_at } = grant
  const end = redeemed_at ?? revoked_at ?? expires_at
  if (Date.parse(end) <= then) return grant
  return {
    state: 'live',
    expires_at,
    redeemed_at: null,
    receipt_expires_at: null,
    revoked_at: null,
    reason: null,
  }
}

/** Nobody was asked or added since. */
function reviewAtFirst(review: ApprovalView['review']): ApprovalView['review'] {
  const { escalation } = review
  return { ...review, escalation: escalation && { ...escalation, done: false }, added: [] }
}

/** Nobody had seen to an alert when it was told. */
export function alertThen(event: ToldEvent): ToldEvent {
  return { ...event, acknowledged_by: null, acknowledged_via: null, acknowledged_at: null }
}
