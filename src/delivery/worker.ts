// Who sends what is due? Serves each destination by one sender at a time, many destinations at once.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DeliveryRow, DestinationRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Logger } from '../kit/log.ts'
import { type Destination, Failed, type Platform, Throttled, Undeliverable } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { findDue } from '../store/deliveries.ts'
import { findClaimable, freeLeases, leaseDestination } from '../store/destinations.ts'
import { type Delivered, deliver } from './deliver.ts'
import { type Lease, openOutbox } from './outbox.ts'
import { retryDelayMs } from './retry.ts'

export interface Worker {
  start(): Promise<void>
  /** Takes nothing new and resolves when the sends under way have ended. */
  stop(): Promise<void>
}

/** How one send went; `skipped`: there was nothing left to show. */
export type SendResult = 'delivered' | 'skipped' | 'retried' | 'throttled' | 'dead' | 'destination_disabled'

export interface WorkerOptions {
  db: Database
  platforms: Map<string, Platform>
  open(row: DestinationRow): Destination
  findView(approvalId: string): Promise<ApprovalView | undefined>
  /** Longer than any send: a sender that is silent for so long is taken for dead. */
  leaseMs: number
  /** Told of each send once its end is written. */
  onSent?(channelType: string, result: SendResult): void
  clock: Clock
  log: Logger
}

/** Destinations served at once by one process. */
const SENDERS = 8
/** Deliveries in one lease: then others have their turn. */
const BATCH = 20
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
    if (!platform) throw new Error(`no platform for channel_type ${row.channel_type}`)
    const to = options.open(row)
    const tell = (result: SendResult) => options.onSent?.(row.channel_type, result)
    let leaseUntil = row.lease_until
    let goOn = true
    for (const delivery of await findDue(db.read, row.id, clock.now(), BATCH)) {
      if (!running || !goOn) break
      if (leaseUntil - clock.now() < leaseMs / 2) {
        leaseUntil = clock.now() + leaseMs
        if (!(await outbox.renew(lease, leaseUntil))) break
      }
      goOn = await send(delivery, platform, to, lease, tell)
    }
    await outbox.release(lease)
  }

  /** Resolves whether the destination takes more now. */
  async function send(
    delivery: DeliveryRow,
    platform: Platform,
    to: Destination,
    lease: Lease,
    tell: (result: SendResult) => void,
  ): Promise<boolean> {
    const view = await options.findView(delivery.approval_id as string)
    if (!view) throw new Error(`delivery ${delivery.id} is of an unknown approval`)
    let delivered: Delivered
    try {
      delivered = await deliver(db.read, delivery, view, platform, to, clock.now())
    } catch (error) {
      const { result, goOn } = await handleFailure(error, delivery, lease)
      tell(result)
      return goOn
    }
    // Not a failure of the platform when this throws: then the lease runs out, and what was sent is sent again.
    const goOn = await outbox.done(lease, delivery, delivered, clock.now())
    tell(delivered.what === 'nothing' ? 'skipped' : 'delivered')
    return goOn
  }

  async function handleFailure(
    error: unknown,
    delivery: DeliveryRow,
    lease: Lease,
  ): Promise<{ result: SendResult; goOn: boolean }> {
    const now = clock.now()
    const about = { delivery: delivery.id, destination: lease.destinationId }
    if (error instanceof Throttled) {
      log.info({ ...about, delayMs: error.delayMs }, 'the destination asks us to slow down')
      await outbox.cool(lease, now + error.delayMs)
      return { result: 'throttled', goOn: false }
    }
    if (error instanceof Undeliverable && error.what === 'destination') {
      log.warn({ ...about, code: error.code }, 'the destination is gone and switched off')
      await outbox.disable(lease, error.code, now)
      return { result: 'destination_disabled', goOn: false }
    }
    if (error instanceof Undeliverable) {
      log.warn({ ...about, code: error.code }, 'a message can never be delivered')
      return { result: 'dead', goOn: await outbox.dead(lease, delivery, error.code, now) }
    }
    if (!(error instanceof Failed)) log.error({ ...about, err: error }, 'a platform broke its contract')
    const code = error instanceof Failed ? error.code : 'internal_error'
    const delayMs = retryDelayMs(delivery.attempts + 1)
    if (delayMs === undefined) {
      log.warn({ ...about, code }, 'a delivery is given up')
      return { result: 'dead', goOn: await outbox.dead(lease, delivery, code, now) }
    }
    return { result: 'retried', goOn: await outbox.retry(lease, delivery, code, now + delayMs) }
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
