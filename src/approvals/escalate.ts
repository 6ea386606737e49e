// Asks another group too about an approval that waited so long: from then on its members count for whatever is not met.

import { record } from '../audit/append.ts'
import { findListeners } from '../store/destinations.ts'
import { markEscalated } from '../store/due-approvals.ts'
import { findGroup } from '../store/groups.ts'
import { announceAt, announceRedraw } from './announce.ts'
import type { Change } from './change.ts'
import { askedOf } from './ruling.ts'

/** false: it is closed, overdue, or was escalated meanwhile. Closes nothing by itself: that needs a vote. */
export async function escalate(change: Change, { id }: { id: string }): Promise<boolean> {
  const { trx, now } = change
  const approval = await markEscalated(trx, id, now)
  if (!approval) return false
  const { escalatedTo } = askedOf(approval)
  const facts = { to: escalatedTo && { id: escalatedTo.id, name: escalatedTo.name } }
  await record(trx, { at: now, action: 'approval.escalated', subject: id, facts, personal: {} })
  await announceRedraw(change, 'approval.escalated', approval, { listeners: await findListeners(trx, id) })
  const group = escalatedTo && (await findGroup(trx, escalatedTo.id))
  // Whoever may press at a place is asked by a card there.
  if (group?.kind === 'destination' && group.destination_id !== null) {
    await announceAt(change, approval, group.destination_id)
  }
  return true
}
