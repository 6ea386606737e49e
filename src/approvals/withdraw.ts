// Withdraws an agent's request for approval, as long as nobody has answered it, or what was approved has not run.

import { findApproval } from '../store/approvals.ts'
import type { Change } from './change.ts'
import { close } from './close.ts'
import { loadView } from './compose-view.ts'
import type { Withdraw } from './desk.ts'
import { takeBack } from './end-grant.ts'
import { expire, isOverdue } from './expire.ts'
import { type Outcome, ok, refused } from './refusals.ts'
import type { ApprovalView } from './view.ts'

/** Withdrawing again answers with the withdrawn approval; a stranger's is not found. */
export async function withdraw(change: Change, command: Withdraw): Promise<Outcome<ApprovalView>> {
  const { trx, now } = change
  const { approvalId, ownerKeyId, reason } = command
  const approval = await findApproval(trx, approvalId)
  const mayWithdraw = ownerKeyId === undefined || approval?.owner_key_id === ownerKeyId
  if (!approval || !mayWithdraw) return refused('approval_not_found')
  if (isOverdue(approval, now)) await expire(change, approval)

  const closed = await close(change, approval, {
    status: 'withdrawn',
    reviewNotes: reason ? `Withdrawn: ${reason}` : 'Withdrawn',
    event: 'approval.withdrawn',
    audit: {
      action: 'approval.withdrawn',
      facts: { by_owner: ownerKeyId !== undefined },
      personal: { reason: reason ?? null },
    },
  })
  if (closed) return ok(closed)
  const view = await loadView(trx, approvalId, change)
  if (view?.status === 'withdrawn') return ok(view)
  if (view?.status === 'approved') return withdrawGrant(change, command, view)
  return refused(view?.status === 'expired' ? 'approval_expired' : 'already_decided', view)
}

/** It stays approved, and runs no more. */
async function withdrawGrant(
  change: Change,
  { approvalId, ownerKeyId, reason }: Withdraw,
  approved: ApprovalView,
): Promise<Outcome<ApprovalView>> {
  const revoked = await takeBack(change, approvalId, {
    because: reason ? `Withdrawn: ${reason}` : 'Withdrawn',
    facts: { by_owner: ownerKeyId !== undefined },
    reason,
  })
  if (revoked) return ok(revoked)
  const view = (await loadView(change.trx, approvalId, change)) ?? approved
  if (view.grant?.state === 'revoked') return ok(view)
  return view.grant?.state === 'redeemed' ? refused('already_redeemed') : refused('already_decided', view)
}
