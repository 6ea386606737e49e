// What happens when nobody decides in time? The approval expires, which is never a denial.

import type { ApprovalRow } from '../../db/schema.ts'
import { type Change, close } from './close.ts'
import type { ApprovalView } from './view.ts'

export function isOverdue(approval: ApprovalRow, now: number): boolean {
  return approval.status === 'pending' && approval.expires_at <= now
}

/** undefined when somebody else closed it first. */
export function expire(change: Change, approval: ApprovalRow): Promise<ApprovalView | undefined> {
  return close(change, approval, {
    status: 'expired',
    reviewNotes: 'Expired: nobody decided in time',
    event: 'approval.expired',
    audit: { action: 'approval.expired', facts: { expires_at: approval.expires_at }, personal: {} },
  })
}
