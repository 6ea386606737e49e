// Writes what became of deliveries after their sends: a round's ends at once, fenced by the lease.

import type { DeliveryAttemptRow } from '../../db/schema.ts'
import { noteMisconfigured } from '../destinations/misconfigured.ts'
import { switchOff } from '../destinations/switch-off.ts'
import { newId } from '../kit/ids.ts'
import { insertAttempts } from '../store/attempts.ts'
import type { Database, Executor } from '../store/database.ts'
import { redeliverNewest, type Settled, settleDeliveries } from '../store/deliveries.ts'
import { moveDelivery, postpone } from '../store/due.ts'
import { updateLeased } from '../store/leases.ts'
import { forgetCard, rememberCard, updateWhole } from '../store/posted-cards.ts'
import { together } from '../store/together.ts'
import { unmarkUnreached } from '../store/unreached.ts'
import { chunks } from './chunks.ts'
import { isPutOff } from './direct.ts'
import { coolDownMsOf, type End } from './end.ts'
import type { Lease } from './lease.ts'

/**
 * Writes how the sends of a round ended; where one made the destination cool down or be switched off, that too.
 * Resolves false when another sender has it, or when a delivery was made due once more meanwhile: then that one is not
 * settled. `misconfigured`: the code of a wrong setting that nobody was told of yet.
 */
export async function settle(
  db: Database,
  lease: Lease,
  ends: End[],
  now: number,
  misconfigured: string | null = null,
): Promise<boolean> {
  const gone = ends.find((end) => end.what === 'gone')
  const coolDownMs = Math.max(...ends.map(coolDownMsOf))
  const settled = await db.transact(async (trx) => {
    // Approvals before cards, as a vote takes them: else the two could wait for each other.
    await unmarkUnreached(trx, ends.filter(isTakenLate).map(subjectOf))
    for (const end of ends) await keepCards(trx, lease, end)
    for (const end of ends) await settleDirect(trx, lease, end, now)
    const [, isSettled] = await together(
      trx,
      () => logAll(trx, ends),
      () => settleAll(trx, lease, ends, now),
    )
    if (coolDownMs > 0) {
      await updateLeased(trx, lease.destinationId, lease.id, { cool_until: now + coolDownMs })
    }
    const place = { id: lease.destinationId, now, leaseId: lease.id }
    if (gone) await switchOff(trx, { ...place, reason: gone.code })
    if (misconfigured !== null) await noteMisconfigured(trx, { ...place, reason: misconfigured })
    return isSettled
  })
  if (gone) db.signals.publish('destinations', '')
  if (gone || misconfigured !== null) db.signals.publish('deliveries', '')
  return settled
}

const isTry = (end: End) => end.what !== 'delivered' || end.delivered.what !== 'nothing'
const isTakenLate = (end: End) =>
  end.isLate === true && end.what === 'delivered' && end.delivered.what !== 'nothing'
const subjectOf = ({ delivery }: End) => delivery.subject_id
const lostIn = (end: End) =>
  end.what === 'delivered' && end.delivered.what === 'redrawn' ? end.delivered.lost : []

const changedIn = (end: End) =>
  end.what === 'delivered' && end.delivered.what === 'redrawn' ? end.delivered.changed : []

async function logAll(trx: Executor, ends: End[]): Promise<void> {
  for (const some of chunks(ends.filter(isTry))) await insertAttempts(trx, some.map(logged))
}

function logged({ attempt, delivery }: End): DeliveryAttemptRow {
  return { ...attempt, id: newId('att'), delivery_id: delivery.id }
}

/** The card that a send posted, or undefined. */
function postedBy(end: End, lease: Lease) {
  if (end.what !== 'delivered' || end.delivered.what !== 'posted') return undefined
  const { handle } = end.delivered
  if (handle === undefined) return undefined
  const { at, took_ms } = end.attempt
  return {
    destination_id: lease.destinationId,
    handle,
    subject_id: end.delivery.subject_id,
    posted_at: at + took_ms,
    whole: Number(end.delivered.whole === true),
  }
}

/** Where a card stands is remembered even when the lease is lost: it must be redrawn all the same. */
async function keepCards(trx: Executor, lease: Lease, end: End): Promise<void> {
  const posted = postedBy(end, lease)
  if (posted) await rememberCard(trx, posted)
  for (const { card } of lostIn(end)) await forgetCard(trx, card.destination_id, card.handle)
  for (const card of changedIn(end)) await updateWhole(trx, card)
}

/** What one person alone could not be told here: it waits by itself, or goes on to where they may be known. */
async function settleDirect(trx: Executor, lease: Lease, end: End, now: number): Promise<void> {
  if (isPutOff(end)) await postpone(trx, [end.delivery], lease, now + end.coolDownMs)
  if (end.what !== 'elsewhere') return
  const change = { ...end.next, last_error: end.attempt.code, next_attempt_at: now }
  await moveDelivery(trx, end.delivery, lease, change)
}

/** What is settled with the deliveries that were sent: the others are, or wait. */
const COUNTED: ReadonlySet<End['what']> = new Set(['delivered', 'failed', 'dead'])

/** Those that changed alike are changed in one statement. Resolves whether all of them were. */
async function settleAll(trx: Executor, lease: Lease, ends: End[], now: number): Promise<boolean> {
  const counted = ends.filter(({ what }) => COUNTED.has(what))
  const settled = new Set<string>()
  for (const alike of Map.groupBy(counted, (end) => JSON.stringify(changeOf(end, now))).values()) {
    const change = changeOf(alike[0] as End, now)
    const deliveries = alike.map(({ delivery }) => delivery)
    for (const some of chunks(deliveries)) {
      for (const id of await settleDeliveries(trx, some, lease, change)) settled.add(id)
    }
  }
  const unsettled = counted.filter(({ delivery }) => !settled.has(delivery.id))
  // The one who took over knew nothing of this card, and may have closed the others already.
  for (const end of unsettled) {
    const posted = postedBy(end, lease)
    if (posted) await redeliverNewest(trx, posted.subject_id, lease.destinationId, now)
  }
  return unsettled.length === 0
}

function changeOf(end: End, now: number): Settled {
  const last_error = end.attempt.code ?? lostIn(end).at(-1)?.code ?? null
  if (end.what === 'failed') {
    return { state: 'pending', last_error, nextAttemptAt: end.nextAttemptAt, finished_at: null }
  }
  const isNothing = end.what === 'delivered' && end.delivered.what === 'nothing'
  const state = end.what === 'delivered' ? (isNothing ? 'skipped' : 'delivered') : 'dead'
  return { state, last_error, nextAttemptAt: null, finished_at: now }
}
