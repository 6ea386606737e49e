// Asks another group too about an approval that waited so long: from then on its members count for whatever is not met.

import { record } from '../audit/append.ts'
import { markEscalated } from '../store/due-approvals.ts'
import { announceRedraw } from './announce.ts'
import type { Change } from './change.ts'
import { askedOf } from './ruling.ts'

/** Nothing, when it was closed or escalated meanwhile. Closes nothing by itself: that needs a vote. */
export async function escalate(change: Change, id: string): Promise<void> {
  const { trx, now } = change
  const approval = await markEscalated(trx, id, now)
  if (!approval) return
  const { escalatedTo } = askedOf(approval)
  const facts = { to: escalatedTo }
  await record(trx, { at: now, action: 'approval.escalated', subject: id, facts, personal: {} })
  await announceRedraw(change, 'approval.escalated', approval)
}
