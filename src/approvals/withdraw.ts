// Withdraws an agent's request for approval, as long as nobody has answered it.

import { findApproval } from '../store/approvals.ts'
import type { Change } from './change.ts'
import { close } from './close.ts'
import { loadView } from './compose-view.ts'
import type { Withdraw } from './desk.ts'
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
  return refused(view?.status === 'expired' ? 'approval_expired' : 'already_decided', view)
}
