// Who sends what is due? Serves each destination by one sender at a time, many destinations at once.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DeliveryRow, DestinationRow, EventRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Logger } from '../kit/log.ts'
import type { Destination, Message, Platform, PlatformKind } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { findDue } from '../store/deliveries.ts'
import { findClaimable, freeLeases, leaseDestination } from '../store/destinations.ts'
import { findEvents } from '../store/events.ts'
import type { Place } from './deliver.ts'
import { messageOf } from './message.ts'
import { type End, type Lease, openOutbox } from './outbox.ts'
import { send } from './send.ts'
import { takeTurn } from './turn.ts'

export interface Worker {
  start(): Promise<void>
  /** Takes nothing new and resolves when the sends under way have ended. */
  stop(): Promise<void>
}

/** How one send went; `skipped`: there was nothing left to show. */
export type SendResult = 'delivered' | 'skipped' | 'retried' | 'throttled' | 'dead' | 'destination_disabled'

export interface WorkerOptions {
  db: Database
  kinds: Pick<PlatformKind, 'name' | 'retryPolicy' | 'keepsExcerpts' | 'pace' | 'parallel'>[]
  platforms: Map<string, Platform>
  publicUrl: string
  /** Keeps what a platform says of a place that moved. */
  onMoved(destinationId: string, values: Record<string, unknown>): Promise<unknown>
  open(row: DestinationRow): Destination
  findView(approvalId: string): Promise<ApprovalView | undefined>
  /** Longer than any send: a sender that is silent for so long is taken for dead. */
  leaseMs: number
  /** Told of each send once its end is written. */
  onSent?(channelType: string, result: SendResult): void
  clock: Clock
  log: Logger
}

/** One lease's worth of sending. */
interface Errand {
  lease: Lease
  kind: WorkerOptions['kinds'][number]
  place: Place
}

interface Due {
  delivery: DeliveryRow
  event: EventRow
}

/** Destinations served at once by one process. */
const SENDERS = 8
/** Rounds of sends in one lease: then others have their turn. */
const ROUNDS = 20
/** Retries and cool-downs end without a signal, and one from another process may be lost. */
const LOOK_ANYWAY_MS = 500

export function createWorker(options: WorkerOptions): Worker {
  const { db, platforms, leaseMs, clock, log } = options
  const outbox = openOutbox(db)
  const sending = new Set<Promise<void>>()
  let running = false
  let looking: Promise<void> | undefined
  let lookAgain = false

  /** Claims until nothing is due or all senders are busy; calls that come meanwhile make one more round. */
  async function look(): Promise<void> {
    lookAgain = true
    if (!running) return
    looking ??= claimUntilDone()
    await looking
  }

  async function claimUntilDone(): Promise<void> {
    try {
      while (lookAgain && running) {
        // One look for all the commits of this turn.
        await nextTurn()
        lookAgain = false
        await claimAll()
      }
    } catch (error) {
      log.error({ err: error }, 'looking for deliveries failed')
    } finally {
      looking = undefined
    }
  }

  async function claimAll(): Promise<void> {
    if (sending.size >= SENDERS) return
    const now = clock.now()
    for (const id of await findClaimable(db.read, now, SENDERS - sending.size)) {
      const lease: Lease = { id: newId('lease'), destinationId: id }
      const row = await db.transact((trx) =>
        leaseDestination(trx, id, now, { lease_id: lease.id, lease_until: now + leaseMs }),
      )
      if (!row) continue
      const served: Promise<void> = serve(row, lease)
        .catch((error) => log.error({ err: error, destination: id }, 'a sender failed; its lease runs out'))
        .finally(() => {
          sending.delete(served)
          void look()
        })
      sending.add(served)
    }
  }

  async function serve(row: DestinationRow, lease: Lease): Promise<void> {
    const platform = platforms.get(row.channel_type)
    const kind = options.kinds.find(({ name }) => name === row.channel_type)
    if (!platform || !kind) throw new Error(`no platform for channel_type ${row.channel_type}`)
    const place: Place = { row, platform, to: options.open(row) }
    const paces = kind.pace(place.to.config)
    const atOnce = paces.length === 0 ? (kind.parallel ?? 1) : 1
    const due = await withEvents(await findDue(db.read, row.id, clock.now(), ROUNDS * atOnce))
    let leaseUntil = row.lease_until
    let waitMs = 0
    for (let from = 0; from < due.length && running; from += atOnce) {
      if (leaseUntil - clock.now() < leaseMs / 2) {
        leaseUntil = clock.now() + leaseMs
        if (!(await outbox.renew(lease, leaseUntil))) break
      }
      waitMs = await takeTurn(db, paces, clock.now())
      if (waitMs > 0) await outbox.cool(lease, clock.now() + waitMs)
      if (waitMs > 0 || !(await sendRound(due.slice(from, from + atOnce), { lease, kind, place }))) break
    }
    await outbox.release(lease)
    // A limit may be finer than the looks by ourselves.
    if (waitMs > 0) setTimeout(() => void look(), waitMs).unref()
  }

  async function withEvents(deliveries: DeliveryRow[]): Promise<Due[]> {
    const ids = deliveries.map(({ event_id }) => event_id)
    const events = new Map((await findEvents(db.read, ids)).map((event) => [event.id, event]))
    return deliveries.map((delivery) => ({ delivery, event: events.get(delivery.event_id) as EventRow }))
  }

  /** Resolves whether the destination takes more now. */
  async function sendRound(round: Due[], { lease, kind, place }: Errand): Promise<boolean> {
    const messages = await Promise.all(round.map(messageFor))
    const sends = round.map(({ delivery }, i) =>
      send(delivery, messages[i] as Message, { db: db.read, kind, place, clock, log }),
    )
    const ends = await Promise.all(sends)
    // Not a failure of the platform when this throws: then the lease runs out, and what was sent is sent again.
    const takesMore = await outbox.settle(lease, ends, clock.now())
    for (const end of ends) options.onSent?.(kind.name, resultOf(end))
    const moved = ends.map(movedIn).find((values) => values !== undefined)
    if (moved) await options.onMoved(lease.destinationId, moved)
    // What has moved is opened anew.
    return takesMore && !moved
  }

  /** Of an approval as it stands at this moment. */
  async function messageFor({ delivery: { id, approval_id }, event }: Due): Promise<Message> {
    const view = approval_id === null ? undefined : await options.findView(approval_id)
    if (approval_id !== null && !view) throw new Error(`delivery ${id} is of what is not there`)
    return messageOf(event, view, options.publicUrl)
  }

  const stopListening: (() => void)[] = []
  return {
    async start() {
      if (db.engine === 'sqlite') await db.transact((trx) => freeLeases(trx))
      running = true
      stopListening.push(db.signals.subscribe('deliveries', () => void look()))
      const timer = setInterval(() => void look(), LOOK_ANYWAY_MS)
      stopListening.push(() => clearInterval(timer))
      await look()
    },
    async stop() {
      running = false
      for (const stop of stopListening) stop()
      await looking
      await Promise.all(sending)
    },
  }
}

function resultOf(end: End): SendResult {
  if (end.what === 'delivered') return end.delivered.what === 'nothing' ? 'skipped' : 'delivered'
  if (end.what === 'failed') return 'retried'
  return end.what === 'gone' ? 'destination_disabled' : end.what
}

function movedIn(end: End): Record<string, unknown> | undefined {
  return end.what === 'delivered' && end.delivered.what === 'posted' ? end.delivered.moved : undefined
}
