// Takes back a yes that has not run: an admin, or one of those who gave it.

import { findActor, personIdOf } from '../identity/accounts.ts'
import { nameOf, type Principal, traceOf } from '../identity/principal.ts'
import { findApproval } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import type { Change } from './change.ts'
import { loadView } from './compose-view.ts'
import type { Revoke } from './desk.ts'
import { takeBack } from './end-grant.ts'
import { expire, isOverdue } from './expire.ts'
import { type Outcome, ok, refused, refusedGrant } from './refusals.ts'
import { type ApprovalView, asOneName, closingVotes } from './view.ts'

/** Revoking again answers with the revoked approval. */
export async function revoke(change: Change, command: Revoke): Promise<Outcome<ApprovalView>> {
  const { trx } = change
  const { approvalId, by, reason } = command
  const approval = await findApproval(trx, approvalId)
  if (!approval) return refused('approval_not_found')
  if (isOverdue(approval, change.now)) await expire(change, approval)
  const view = await loadView(trx, approvalId, change)
  if (!view) return refused('approval_not_found')
  const who = by.roles.has('admin') ? 'an admin' : await approverName(trx, view, by)
  if (who === undefined) return refused('not_an_approver')
  const words = `Revoked by ${who}`
  const revoked = await takeBack(change, approvalId, {
    because: reason === undefined ? words : `${words}: ${reason}`,
    facts: { by: traceOf(by) },
    reason,
  })
  if (revoked) return ok(revoked)
  const now = await loadView(trx, approvalId, change)
  if (!now) return refused('approval_not_found')
  return now.grant?.state === 'revoked' ? ok(now) : refusedGrant(now.status, now.grant)
}

/** undefined: they are none of those whose votes closed it. */
async function approverName(trx: Executor, view: ApprovalView, by: Principal): Promise<string | undefined> {
  if (view.status !== 'approved') return undefined
  const actor = await findActor(trx, by)
  const id = actor && (await personIdOf(trx, actor))
  const isApprover = closingVotes(view).some(({ reviewer }) => reviewer.id === id)
  return isApprover ? asOneName(nameOf(by)) : undefined
}
