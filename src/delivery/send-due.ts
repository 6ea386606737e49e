// Sends what is due at a destination during one lease, the next first, as long as it may.

import type { DestinationRow } from '../../db/schema.ts'
import { findEvents } from '../store/events.ts'
import { findRepeated } from '../store/repeats.ts'
import { alertsAtOnce, type Batch, type Batching, type Due, split, toBatches } from './batching.ts'
import { isPutOff } from './direct.ts'
import { type End, healthAfter, isLast, movedIn, resultOf } from './end.ts'
import type { Lease } from './lease.ts'
import { findNext } from './next-due.ts'
import { queueOf } from './queue.ts'
import { takeRoom } from './rate-limit.ts'
import { sendBatch } from './send-batch.ts'
import { keepLease, type Served, type ServeOptions, servedFrom } from './served.ts'
import { settle } from './settle.ts'

/** Rounds of sends in one lease: then others have their turn. */
const ROUNDS = 20
/** What was read is sent in that order for so long; then a card may have come that is next. */
const FRESH_MS = 250

/** Sends what is due, and gives the lease back. Resolves with when to look again, where it knows of a time. */
export async function sendDue(
  row: DestinationRow,
  lease: Lease,
  options: ServeOptions,
): Promise<number | undefined> {
  const served = servedFrom(row, lease, options)
  const lookAgainAt = await sendAll(served, options)
  const { misconfigured, ...health } = served.health
  const turns = served.turns.stored()
  // Where one was found it is on record already, and an admin may have changed what was wrong since.
  await options.leases.release(lease, { turns, ...health, ...(misconfigured === null && { misconfigured }) })
  return lookAgainAt
}

/** What is next, in batches; what sleeps is put off. */
async function look(served: Served, options: ServeOptions): Promise<Batch[]> {
  const { db, clock, publicUrl } = options
  served.queue = await queueOf(db.read, served.batching.kind, served.lease.destinationId, publicUrl)
  const { batches, held } = toBatches(await dueAt(served, options), served.batching, clock.now())
  if (held) await options.leases.hold(served.lease, deliveriesIn(held), held.until)
  return batches
}

/** With the alerts that some of their events are about, where their cards can change. */
async function dueAt(
  { place, batching, turns, atOnce }: Served,
  { db, clock }: ServeOptions,
): Promise<Due[]> {
  const { batch } = batching.kind
  const usual = batch ?? ROUNDS * atOnce
  // One by one each look is for the next card alone: another may have come by the one after it.
  const cards = batch === undefined && atOnce === 1 ? 1 : usual
  const due = await findNext(db.read, {
    destinationId: place.row.id,
    now: clock.now(),
    turns,
    limit: { cards, all: alertsAtOnce(batching, usual) },
    inOrder: orderOf(batching.kind),
  })
  const redraws = place.platform.redraw !== undefined
  const aboutIds = due.flatMap(({ event }) => (redraws && event.about !== null ? [event.about] : []))
  const alerts = new Map((await findEvents(db.read, aboutIds)).map((alert) => [alert.id, alert]))
  const repeated = await findRepeated(db.read, place.row.id, [...alerts.keys()])
  return due.map((one) => {
    const shown = alerts.get(one.event.about ?? '') ?? one.event
    return { ...one, shown, repeated: one.delivery.repeated ?? repeated.get(shown.id) ?? null }
  })
}

function orderOf({ batch, orderKey }: Batching['kind']): 'all' | 'alerts' | 'nothing' {
  if (batch !== undefined) return 'all'
  return orderKey === undefined ? 'nothing' : 'alerts'
}

/** What one lease carries from round to round. */
interface Run {
  waiting: Batch[]
  /** When that was read. */
  readAt: number
  /** Whether what was sent last is written down, and the lease still holds. */
  settled: Promise<boolean>
  lookAgainAt: number | undefined
}

async function sendAll(served: Served, options: ServeOptions): Promise<number | undefined> {
  const run: Run = {
    waiting: [],
    readAt: options.clock.now(),
    settled: Promise.resolve(true),
    lookAgainAt: undefined,
  }
  let goesOn = true
  for (let round = 0; goesOn && round < ROUNDS && options.isRunning(); round++) {
    goesOn = await sendRound(run, served, options)
  }
  await run.settled
  return run.lookAgainAt
}

/** Plans, takes room, sends and settles. Resolves whether another round may follow. */
async function sendRound(run: Run, served: Served, options: ServeOptions): Promise<boolean> {
  if (!(await keepLease(served, options)) || !(await plan(run, served, options))) return false
  const next = run.waiting.slice(0, served.atOnce)
  const now = options.clock.now()
  const limits = next.some(isRated) ? [...served.rate, ...served.paces] : served.paces
  const noRoom = await takeRoom(options.db, limits, now)
  if (noRoom) return waitForRoom(noRoom.bucket, now + noRoom.waitMs, run, served, options)
  run.waiting = run.waiting.slice(served.atOnce)
  return sendNow(next, run, served, options)
}

/** Resolves whether there is something to send. What was read a moment ago still counts. */
async function plan(run: Run, served: Served, options: ServeOptions): Promise<boolean> {
  const now = options.clock.now()
  if (run.waiting.length > 0 && now - run.readAt < FRESH_MS) return true
  // What is sent and not yet settled would be found once more.
  if (!(await run.settled)) return false
  run.readAt = options.clock.now()
  run.waiting = await look(served, options)
  return run.waiting.length > 0
}

async function sendNow(next: Batch[], run: Run, served: Served, options: ServeOptions): Promise<boolean> {
  options.onBegin()
  const ends = (await Promise.all(next.map((batch) => sendBatch(batch, served, options)))).flat()
  await putOffDirect(ends, run, served, options)
  const isOurs = await run.settled
  run.settled = settleRound(ends, served, options)
  // Thrown where it is awaited.
  run.settled.catch(() => {})
  if (!isOurs || ends.some(isLast)) return false
  // Where messages are independent, the next ones go while the database writes what became of these.
  return served.atOnce > 1 || run.settled
}

/** Where the platform takes one person's message later, it takes those to others no sooner. */
async function putOffDirect(
  ends: End[],
  run: Run,
  { lease }: Served,
  { leases, clock }: ServeOptions,
): Promise<void> {
  const putOff = ends.find(isPutOff)
  if (!putOff) return
  const isDirect = ({ due }: Batch) => due.every(({ delivery }) => delivery.recipient !== null)
  const [direct, others] = split(run.waiting, isDirect)
  run.waiting = others
  await leases.hold(lease, direct.flatMap(deliveriesIn), clock.now() + putOff.coolDownMs)
}

async function waitForRoom(
  bucket: string,
  until: number,
  run: Run,
  { lease, rate }: Served,
  { leases }: ServeOptions,
): Promise<boolean> {
  run.lookAgainAt = until
  if (bucket !== rate[0]?.bucket) {
    await leases.cool(lease, until)
    return false
  }
  // Too many alerts for the people there; what agents wait for goes on.
  const [alerts, others] = split(run.waiting, isRated)
  await leases.hold(lease, alerts.flatMap(deliveriesIn), until)
  run.waiting = others
  return others.length > 0
}

/** Resolves whether they are settled. When it throws, the lease runs out, and what was sent is sent again. */
async function settleRound(ends: End[], served: Served, options: ServeOptions): Promise<boolean> {
  if (ends.length === 0) return true
  const before = served.health
  served.health = ends.reduce(healthAfter, before)
  const { misconfigured } = served.health
  const newly = misconfigured === before.misconfigured ? null : misconfigured
  const isSettled = await settle(options.db, served.lease, ends, options.clock.now(), newly)
  for (const end of ends) {
    options.onSent?.(served.batching.kind.name, resultOf(end), end.attempt.code)
  }
  const moved = ends.map(movedIn).find((values) => values !== undefined)
  if (moved) await options.onMoved(served.lease.destinationId, moved)
  return isSettled
}

const isRated = ({ isAlert }: Batch) => isAlert
const deliveriesIn = ({ due }: { due: Due[] }) => due.map(({ delivery }) => delivery)
