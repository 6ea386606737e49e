// Tells of a change of an approval: one event and one delivery per destination, in the change's own transaction.

import type { ApprovalRow } from '../../db/schema.ts'
import type { EventType } from '../events/catalogue.ts'
import { deliveriesOf, firstBefore, type Hearer, hearersOf, listens } from '../events/fan-out.ts'
import type { Heard } from '../events/filter.ts'
import { placeOfApproval } from '../events/place.ts'
import type { Severity } from '../events/severity.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { giveUpTurns, insertDeliveries } from '../store/deliveries.ts'
import { findListeners, type Listener } from '../store/destinations.ts'
import { insertEvent } from '../store/events.ts'
import { together } from '../store/together.ts'
import type { Change } from './change.ts'

/**
 * A closing reaches every destination that was ever sent the approval, whatever its filters: there it is the
 * redraw. `first` is served before the others; a test reaches nobody else.
 */
export async function announce(
  trx: Executor,
  type: EventType,
  approval: ApprovalRow,
  now: number,
  first?: string,
): Promise<void> {
  const heard = heardOf(type, approval)
  const hearers = await hearersOf(trx, approval.id, heard, { first, isTest: approval.is_test === 1 })
  await tell(trx, heard, approval, now, hearers)
}

/**
 * Not to the destinations of people that were told before: there the card is still on its way, and one more delivery
 * would make a long queue longer, or it was given up for good.
 */
export async function announceUnreached(
  { trx, now, reviewable }: Pick<Change, 'trx' | 'now' | 'reviewable'>,
  approval: ApprovalRow,
): Promise<void> {
  const heard = heardOf('approval.unreached', approval)
  const hearers = (await findListeners(trx, approval.id)).filter(
    (row) => listens(row, heard) && !(row.told === 1 && reviewable.includes(row.channel_type)),
  )
  await tell(trx, heard, approval, now, hearers)
}

/**
 * A vote that closes nothing. Where people see cards it redraws those that stand, and is never a new message; machines
 * hear it if they listen. `first` is served before the others.
 */
export async function announceVote(
  { trx, now, reviewable }: Pick<Change, 'trx' | 'now' | 'reviewable'>,
  approval: ApprovalRow,
  first?: string,
): Promise<void> {
  const heard = heardOf('approval.voted', approval)
  const isHearer = (row: Listener) =>
    reviewable.includes(row.channel_type) ? row.told === 1 : approval.is_test === 0 && listens(row, heard)
  const hearers = (await findListeners(trx, approval.id)).filter(isHearer)
  await tell(trx, heard, approval, now, firstBefore(hearers, first))
}

function heardOf(type: EventType, { risk_level, tool, agent_id, status }: ApprovalRow): Heard {
  return { type, severity: risk_level as Severity, tool, agentId: agent_id, status }
}

async function tell(
  trx: Executor,
  { type, severity }: Heard,
  approval: ApprovalRow,
  now: number,
  hearers: Hearer[],
): Promise<void> {
  const { id, status } = approval
  const event = { id: newId('evt'), type, severity, approval_id: id, created_at: now }
  // A decision was made on a card; where others of it still wait, they are few.
  if (status === 'expired' || status === 'withdrawn') await giveUpTurns(trx, id)
  await together(
    trx,
    () => insertEvent(trx, event),
    () =>
      insertDeliveries(
        trx,
        deliveriesOf(event, id, hearers, ({ told }) => placeOfApproval(approval, told === 1)),
      ),
  )
}
