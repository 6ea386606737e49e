// Runs the senders of due deliveries: one at a time per destination, many destinations at once.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DestinationRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Logger } from '../kit/log.ts'
import type { Destination, Platform, PlatformKind } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { findClaimable, freeLeases, leaseDestination } from '../store/destinations.ts'
import { runErrand } from './errand.ts'
import { type Lease, openOutbox } from './outbox.ts'

export interface Worker {
  start(): Promise<void>
  /** Takes nothing new and resolves when the sends under way have ended. */
  stop(): Promise<void>
}

/** How one send went; `skipped`: there was nothing left to show. */
export type SendResult = 'delivered' | 'skipped' | 'retried' | 'throttled' | 'dead' | 'destination_disabled'

export interface WorkerOptions {
  db: Database
  kinds: Pick<
    PlatformKind,
    'name' | 'audience' | 'retryPolicy' | 'keepsExcerpts' | 'pace' | 'parallel' | 'batch' | 'orderKey'
  >[]
  platforms: Map<string, Platform>
  publicUrl: string
  /** Keeps what a platform says of a place that moved. */
  onMoved(destinationId: string, values: Record<string, unknown>): Promise<unknown>
  open(row: DestinationRow): Destination
  findView(approvalId: string): Promise<ApprovalView | undefined>
  /** Longer than any send: a sender that is silent for so long is taken for dead. */
  leaseMs: number
  /** Approvals of that age may be found to have reached nobody. */
  unreachedAfterMs: number
  /** Told of each send once its end is written. */
  onSent?(channelType: string, result: SendResult): void
  clock: Clock
  log: Logger
}

/** Destinations served at once by one process. */
const SENDERS = 8
/** Retries and cool-downs end without a signal, and one from another process may be lost. */
const LOOK_ANYWAY_MS = 500

export function createWorker(options: WorkerOptions): Worker {
  const { db, leaseMs, clock, log } = options
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
      const lease_id = newId('lease')
      const row = await db.transact((trx) =>
        leaseDestination(trx, id, now, { lease_id, lease_until: now + leaseMs }),
      )
      if (!row) continue
      const served: Promise<void> = serve(row, { id: lease_id, destinationId: id, settings: row.settings })
        .catch((error) => log.error({ err: error, destination: id }, 'a sender failed; its lease runs out'))
        .finally(() => {
          sending.delete(served)
          void look()
        })
      sending.add(served)
    }
  }

  async function serve(row: DestinationRow, lease: Lease): Promise<void> {
    const lookAgainAt = await runErrand(row, lease, { ...options, outbox, isRunning: () => running })
    // A limit may be finer than the looks by ourselves.
    if (lookAgainAt === undefined) return
    setTimeout(() => void look(), Math.max(0, lookAgainAt - clock.now())).unref()
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
