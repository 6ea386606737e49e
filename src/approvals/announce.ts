// Tells of a change of an approval: one event and one delivery per destination, in the change's own transaction.

import type { ApprovalRow } from '../../db/schema.ts'
import type { EventType } from '../events/catalogue.ts'
import { deliveriesOf, firstBefore, type Hearer, isOn, listens } from '../events/fan-out.ts'
import type { Heard } from '../events/filter.ts'
import { placeOfApproval } from '../events/place.ts'
import { type Direct, directDeliveriesOf } from '../events/recipient.ts'
import type { Severity } from '../events/severity.ts'
import { newId } from '../kit/ids.ts'
import { giveUpTurns, insertDeliveries } from '../store/deliveries.ts'
import { findListeners, type Listener } from '../store/destinations.ts'
import { insertEvent } from '../store/events.ts'
import { together } from '../store/together.ts'
import type { Change } from './change.ts'
import { toldDirectly } from './direct.ts'
import { rulingOf } from './ruling.ts'

/** Without `tellable` nobody is told directly. */
type Telling = Pick<Change, 'trx' | 'now' | 'reviewable'> & Partial<Pick<Change, 'tellable'>>

/** Whoever may hear, and which of them is served before the others. */
interface Audience {
  listeners: Listener[]
  first?: string | undefined
}

/**
 * A closing reaches every destination that was ever sent the approval, whatever its filters: there it is the
 * redraw. A test reaches nobody but its first.
 */
export async function announce(
  change: Telling,
  type: EventType,
  approval: ApprovalRow,
  { listeners, first }: Audience,
): Promise<void> {
  const heard = heardOf(type, approval)
  const isTest = approval.is_test === 1
  const shows = cardsOf(change, approval, heard)
  const hearers = listeners.filter((row) => row.id === first || row.told === 1 || (!isTest && shows(row)))
  const direct = await toldDirectly(change, type, approval, hearers)
  await tell(change, heard, approval, firstBefore(hearers, first), direct)
}

/**
 * Not to the destinations of people that were told before: there the card is still on its way, and one more delivery
 * would make a long queue longer, or it was given up for good.
 */
export async function announceUnreached(change: Telling, approval: ApprovalRow): Promise<void> {
  const heard = heardOf('approval.unreached', approval)
  const shows = cardsOf(change, approval, heard)
  const hearers = (await findListeners(change.trx, approval.id)).filter(
    (row) => shows(row) && !(row.told === 1 && change.reviewable.includes(row.channel_type)),
  )
  await tell(change, heard, approval, hearers)
}

/** What changes of an approval and closes nothing. */
export type Redrawing =
  | 'approval.voted'
  | 'approval.escalated'
  | 'approval.reviewers_added'
  | 'approval.redeemed'
  | 'approval.revoked'
  | 'approval.grant_ended'

/** Where people see cards it redraws those that stand, and is never a new message; machines hear it if they listen. */
export async function announceRedraw(
  change: Telling,
  type: Redrawing,
  approval: ApprovalRow,
  { listeners, first }: Audience,
): Promise<void> {
  const heard = heardOf(type, approval)
  const isHearer = (row: Listener) =>
    change.reviewable.includes(row.channel_type)
      ? row.told === 1
      : approval.is_test === 0 && listens(row, heard)
  const hearers = listeners.filter(isHearer)
  const direct = await toldDirectly(change, type, approval, hearers)
  await tell(change, heard, approval, firstBefore(hearers, first), direct)
}

/** Cards do not change by it. Where nobody is left to be reminded there is nothing to tell. */
export async function announceReminder(change: Telling, approval: ApprovalRow): Promise<number> {
  const heard = heardOf('approval.reminded', approval)
  const listeners = await findListeners(change.trx, approval.id)
  const isOfPeople = (row: Listener) => change.reviewable.includes(row.channel_type)
  const told = listeners.filter((row) => isOfPeople(row) && row.told === 1)
  const direct = await toldDirectly(change, 'approval.reminded', approval, told)
  if (direct.length === 0) return 0
  const hearers = listeners.filter((row) => !isOfPeople(row) && listens(row, heard))
  await tell(change, heard, approval, hearers, direct)
  return direct.length
}

/** A first card at one more place, where its people are asked from now on; nothing where it stands there already. */
export async function announceAt(change: Telling, approval: ApprovalRow, place: string): Promise<void> {
  const isNew = (row: Listener) => row.id === place && row.told !== 1 && isOn(row)
  const hearers = (await findListeners(change.trx, approval.id)).filter(isNew)
  if (hearers.length > 0) await tell(change, heardOf('approval.requested', approval), approval, hearers)
}

/** The same at those that were told of it before, and nowhere else: also from where nobody knows the platforms. */
export async function announceToTold(
  change: Pick<Change, 'trx' | 'now'>,
  type: Redrawing,
  approval: ApprovalRow,
): Promise<void> {
  const told = (await findListeners(change.trx, approval.id)).filter((row) => row.told === 1)
  await tell(change, heardOf(type, approval), approval, told)
}

/** Whether a destination that was not told before is told now: by its filters, or for people by the policy. */
function cardsOf({ reviewable }: Telling, approval: ApprovalRow, heard: Heard): (row: Listener) => boolean {
  const ruling = rulingOf(approval)
  const places = ruling?.review?.destinations ?? null
  return (row) => {
    if (!reviewable.includes(row.channel_type)) return listens(row, heard)
    // Nobody is asked what the policy has answered.
    if (ruling?.answered) return false
    return places === null ? listens(row, heard) : places.includes(row.id) && isOn(row)
  }
}

function heardOf(type: EventType, { risk_level, tool, agent_id, status }: ApprovalRow): Heard {
  return { type, severity: risk_level as Severity, tool, agentId: agent_id, status }
}

async function tell(
  { trx, now }: Pick<Change, 'trx' | 'now'>,
  { type, severity }: Heard,
  approval: ApprovalRow,
  hearers: Hearer[],
  direct: Direct[] = [],
): Promise<void> {
  const { id, status } = approval
  const event = { id: newId('evt'), type, severity, approval_id: id, created_at: now }
  // A decision was made on a card; where others of it still wait, they are few.
  if (status === 'expired' || status === 'withdrawn') await giveUpTurns(trx, id)
  await together(
    trx,
    () => insertEvent(trx, event),
    () =>
      insertDeliveries(trx, [
        ...deliveriesOf(event, id, hearers, ({ told }) => placeOfApproval(approval, told === 1)),
        ...directDeliveriesOf(event, direct),
      ]),
  )
}
