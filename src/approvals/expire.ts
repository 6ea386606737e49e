// Expires an approval that nobody decided in time, which is never a denial.

import type { ApprovalRow } from '../../db/schema.ts'
import { markUnreached } from '../store/unreached.ts'
import type { Change } from './change.ts'
import { close } from './close.ts'
import type { ApprovalView } from './view.ts'

export function isOverdue(approval: ApprovalRow, now: number): boolean {
  return approval.status === 'pending' && approval.expires_at <= now
}

/** What was decided since the backup is not known, and must not be decided twice. */
export function expireRestored(change: Change, approval: ApprovalRow): Promise<ApprovalView | undefined> {
  return closeExpired(change, approval, 'Expired: it was pending in a backup that was restored', {
    expires_at: approval.expires_at,
    reached: approval.unreached_at === null,
    restored: true,
  })
}

/** undefined when somebody else closed it first. One that may be too short-lived for the sweep is looked at now. */
export async function expire(change: Change, approval: ApprovalRow): Promise<ApprovalView | undefined> {
  const missed = await markUnreached(change.trx, approval.id, change.reviewable, change.now)
  const { unreached_at } = missed ?? approval
  return closeExpired(change, approval, 'Expired: nobody decided in time', {
    expires_at: approval.expires_at,
    reached: unreached_at === null,
  })
}

function closeExpired(
  change: Change,
  approval: ApprovalRow,
  reviewNotes: string,
  facts: Record<string, unknown>,
): Promise<ApprovalView | undefined> {
  const audit = { action: 'approval.expired', facts, personal: {} } as const
  return close(change, approval, { status: 'expired', reviewNotes, event: 'approval.expired', audit })
}
