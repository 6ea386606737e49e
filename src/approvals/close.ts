// Closes an approval, whatever the reason: one compare-and-set, its audit row and its announcement.

import type { ApprovalRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import type { EventType } from '../events/catalogue.ts'
import { endOfGrant } from '../grants/grant.ts'
import { closePending } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import { deleteDecision, insertDecision } from '../store/decisions.ts'
import { findListeners } from '../store/destinations.ts'
import { together } from '../store/together.ts'
import { announce } from './announce.ts'
import type { Change } from './change.ts'
import { viewOf } from './compose-view.ts'
import { findReasons } from './unreached-reasons.ts'
import type { ApprovalStatus, ApprovalView } from './view.ts'
import { findShownVotes, type ShownVote } from './votes.ts'

export interface Closing {
  status: Exclude<ApprovalStatus, 'pending'>
  reviewNotes: string
  event: EventType
  audit: Pick<Entry, 'action' | 'facts' | 'personal'>
  /** All votes, where the last one closes it; that one is recorded with the closing, or neither is. */
  votes?: ShownVote[]
  /** The destination whose card was clicked: redrawn before the others. */
  clickedAt?: string
}

/** undefined, and nothing written, when somebody else closed it first, or the vote that does is not taken. */
export async function close(
  change: Change,
  approval: ApprovalRow,
  closing: Closing,
): Promise<ApprovalView | undefined> {
  const how = {
    status: closing.status,
    closed_at: change.now,
    review_notes: closing.reviewNotes,
    grant_ends_at: closing.status === 'approved' ? endOfGrant(approval, change.now) : null,
  }
  const { trx } = change
  const vote = closing.votes?.at(-1)?.row
  const [isTaken, kept, listeners] = await together(
    trx,
    async () => vote && insertDecision(trx, vote),
    () => closePending(trx, approval.id, how, vote?.id),
    () => findListeners(trx, approval.id),
  )
  if (!kept) {
    if (vote && isTaken) await deleteDecision(trx, vote.id)
    return undefined
  }
  const closed = { ...approval, ...how, ...kept }
  await together(
    trx,
    () => record(trx, { at: change.now, subject: approval.id, ...closing.audit }),
    () => announce(change, closing.event, closed, { listeners, first: closing.clickedAt }),
  )
  const reasons = await findReasons(trx, [closed], change.reviewable)
  const votes = closing.votes ?? (await votesSoFar(trx, closed))
  const view = viewOf(closed, change, { votes, reasons: reasons.get(closed.id) })
  change.closed.push(view)
  return view
}

/** One that nobody's vote closes may have votes all the same. */
async function votesSoFar(trx: Executor, approval: ApprovalRow): Promise<ShownVote[] | undefined> {
  return approval.approvals_needed === 1
    ? undefined
    : (await findShownVotes(trx, [approval])).get(approval.id)
}
