// Reminds those who are missing of an approval, once, when half of its time is over.

import { record } from '../audit/append.ts'
import { markReminded } from '../store/due-approvals.ts'
import { announceReminder } from './announce.ts'
import type { Change } from './change.ts'

/**
 * false: it is closed, overdue, or they were reminded meanwhile. Whether they can be reached is found out when it is
 * sent.
 */
export async function remind(change: Change, { id }: { id: string }): Promise<boolean> {
  const { trx, now } = change
  const approval = await markReminded(trx, id, now)
  if (!approval) return false
  const reminded = await announceReminder(change, approval)
  if (reminded === 0) return true
  await record(trx, { at: now, action: 'approval.reminded', subject: id, facts: { reminded }, personal: {} })
  return true
}
