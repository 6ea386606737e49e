// Sends what is due at a destination during one lease, parcel by parcel, as long as it may.

import type { DestinationRow } from '../../db/schema.ts'
import { type DestinationSettings, settingsOf } from '../events/settings.ts'
import type { Message, Pace, PlatformKind } from '../platforms/platform.ts'
import { findDue } from '../store/due.ts'
import { findEvents } from '../store/events.ts'
import type { Place } from './deliver.ts'
import { messageOf, type Told } from './message.ts'
import { coolDownMsOf, type End, type Lease, type Outbox } from './outbox.ts'
import { type Due, dueAtOnce, type Packing, type Parcel, pack, split } from './parcels.ts'
import { type Queue, queueOf } from './queue.ts'
import { type Letter, send, sendTogether } from './send.ts'
import { takeTurn } from './turn.ts'
import type { SendResult, WorkerOptions } from './worker.ts'

/** Rounds of sends in one lease: then others have their turn. */
const ROUNDS = 20

export interface ErrandOptions extends WorkerOptions {
  outbox: Outbox
  /** false: nothing new is sent. */
  isRunning(): boolean
}

interface Errand {
  lease: Lease
  leaseUntil: number
  place: Place
  packing: Packing & { kind: WorkerOptions['kinds'][number] }
  queue: Queue
  paces: Pace[]
  /** Of alerts, as people set it. */
  rate: Pace[]
  /** Sends at once. */
  atOnce: number
}

/** Sends what is due, and gives the lease back. Resolves with when to look again, where it knows of a time. */
export async function runErrand(
  row: DestinationRow,
  lease: Lease,
  options: ErrandOptions,
): Promise<number | undefined> {
  const errand = await prepared(row, lease, options)
  const due = await dueAt(errand, options)
  const { parcels, held } = pack(due, errand.packing, options.clock.now())
  if (held) await options.outbox.hold(lease, deliveriesIn(held), held.until)
  const lookAgainAt = await sendAll(parcels, errand, options)
  await options.outbox.release(lease)
  return lookAgainAt
}

async function prepared(row: DestinationRow, lease: Lease, options: ErrandOptions): Promise<Errand> {
  const { db, clock, publicUrl } = options
  const platform = options.platforms.get(row.channel_type)
  const kind = options.kinds.find(({ name }) => name === row.channel_type)
  if (!platform || !kind) throw new Error(`no platform for channel_type ${row.channel_type}`)
  const place: Place = { row, platform, audience: kind.audience, to: options.open(row) }
  const settings = settingsOf(row.settings)
  const paces = kind.pace(place.to.config)
  const rate = rateOf(row.id, settings)
  return {
    lease,
    leaseUntil: row.lease_until,
    place,
    packing: { settings, kind, platform },
    queue: await queueOf(db.read, kind, row.id, { now: clock.now(), publicUrl }),
    paces,
    rate,
    atOnce: paces.length + rate.length === 0 ? (kind.parallel ?? 1) : 1,
  }
}

function rateOf(destinationId: string, { rate_per_minute }: DestinationSettings): Pace[] {
  return rate_per_minute === null
    ? []
    : [{ bucket: `alerts:${destinationId}`, perSecond: rate_per_minute / 60 }]
}

/** With the alerts that some of their events are about, where their cards can change. */
async function dueAt({ place, packing, atOnce }: Errand, { db, clock }: ErrandOptions): Promise<Due[]> {
  const limit = dueAtOnce(packing, ROUNDS * atOnce)
  const cardsFirst = place.platform.redraw !== undefined
  const due = await findDue(db.read, place.row.id, clock.now(), { limit, cardsFirst })
  const aboutIds = due.flatMap(({ event }) => (cardsFirst && event.about !== null ? [event.about] : []))
  const alerts = new Map((await findEvents(db.read, aboutIds)).map((alert) => [alert.id, alert]))
  return due.map((one) => ({ ...one, shown: alerts.get(one.event.about ?? '') ?? one.event }))
}

async function sendAll(
  parcels: Parcel[],
  errand: Errand,
  options: ErrandOptions,
): Promise<number | undefined> {
  const { db, outbox, clock } = options
  const { lease, paces, rate, atOnce } = errand
  let waiting = parcels
  let lookAgainAt: number | undefined
  let settled = Promise.resolve(true)
  for (let round = 0; round < ROUNDS && waiting.length > 0 && options.isRunning(); round++) {
    if (!(await keepLease(errand, options))) break
    const next = waiting.slice(0, atOnce)
    const now = clock.now()
    const noTurn = await takeTurn(db, next.some(isRated) ? [...rate, ...paces] : paces, now)
    if (!noTurn) {
      waiting = waiting.slice(atOnce)
      const ends = (await Promise.all(next.map((parcel) => sendParcel(parcel, errand, options)))).flat()
      const isOurs = await settled
      settled = settle(ends, errand, options)
      // Thrown where it is awaited.
      settled.catch(() => {})
      // Where messages are independent, the next ones go while the database writes what became of these.
      if (!isOurs || ends.some(isLast) || (atOnce === 1 && !(await settled))) break
      continue
    }
    lookAgainAt = now + noTurn.waitMs
    if (noTurn.bucket !== rate[0]?.bucket) {
      await outbox.cool(lease, lookAgainAt)
      break
    }
    // Too many alerts for the people there; what agents wait for goes on.
    const [alerts, others] = split(waiting, isRated)
    await outbox.hold(lease, alerts.flatMap(deliveriesIn), lookAgainAt)
    waiting = others
  }
  await settled
  return lookAgainAt
}

/** Resolves false when the lease is lost. */
async function keepLease(errand: Errand, { outbox, leaseMs, clock }: ErrandOptions): Promise<boolean> {
  if (errand.leaseUntil - clock.now() >= leaseMs / 2) return true
  errand.leaseUntil = clock.now() + leaseMs
  return outbox.renew(errand.lease, errand.leaseUntil)
}

/** Resolves whether they are settled. When it throws, the lease runs out, and what was sent is sent again. */
async function settle(ends: End[], errand: Errand, options: ErrandOptions): Promise<boolean> {
  if (ends.length === 0) return true
  const isSettled = await options.outbox.settle(errand.lease, ends, options.clock.now())
  for (const end of ends) options.onSent?.(errand.packing.kind.name, resultOf(end))
  const moved = ends.map(movedIn).find((values) => values !== undefined)
  if (moved) await options.onMoved(errand.lease.destinationId, moved)
  return isSettled
}

/** Nothing ends where it has to wait for others of its key. */
async function sendParcel({ due }: Parcel, errand: Errand, options: ErrandOptions): Promise<End[]> {
  const { db, clock, log, publicUrl, outbox } = options
  const { kind, settings } = errand.packing
  const sending = { db: db.read, kind, place: errand.place, clock, log }
  const telling = { settings, publicUrl, now: clock.now() }
  const letters: Letter[] = []
  for (const { delivery, ...one } of due) {
    letters.push({ delivery, message: messageOf(await toldOf(one, options), telling) })
  }
  if (letters.length > 1 || kind.batch !== undefined) return sendTogether(letters, sending)
  const [{ delivery, message }] = letters as [Letter]
  const until = errand.queue.behind(delivery, message.event)
  if (until !== undefined) {
    await outbox.hold(errand.lease, [delivery], until)
    return []
  }
  const end = await send({ delivery, message }, sending)
  errand.queue.ended(end, message.event)
  return [{ ...end, isLate: isLate(message, kind, options) }]
}

function isLate(
  message: Message,
  { audience }: Pick<PlatformKind, 'audience'>,
  { unreachedAfterMs, clock }: ErrandOptions,
): boolean {
  if (audience !== 'people' || message.kind !== 'approval') return false
  const { status, reached, created_at } = message.view
  // It is settled a moment from now, and the clocks of two processes differ.
  const isOld = clock.now() - Date.parse(created_at) >= unreachedAfterMs / 2
  return status === 'pending' && (!reached || isOld)
}

/** Of an approval as it stands at this moment. */
async function toldOf({ shown: event }: Pick<Due, 'shown'>, { findView }: ErrandOptions): Promise<Told> {
  if (event.approval_id === null) return { event, view: undefined }
  const view = await findView(event.approval_id)
  if (!view) throw new Error(`event ${event.id} is of what is not there`)
  return { event, view }
}

const isRated = ({ isAlert }: Parcel) => isAlert
const deliveriesIn = ({ due }: { due: Due[] }) => due.map(({ delivery }) => delivery)

function resultOf(end: End): SendResult {
  if (end.what === 'delivered') return end.delivered.what === 'nothing' ? 'skipped' : 'delivered'
  if (end.what === 'failed') return 'retried'
  return end.what === 'gone' ? 'destination_disabled' : end.what
}

/** The destination takes nothing more now; what has moved is opened anew. */
function isLast(end: End): boolean {
  return end.what === 'gone' || coolDownMsOf(end) > 0 || movedIn(end) !== undefined
}

function movedIn(end: End): Record<string, unknown> | undefined {
  return end.what === 'delivered' && end.delivered.what === 'posted' ? end.delivered.moved : undefined
}
