// Runs the senders of due deliveries: one at a time per destination, many destinations at once.

import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { DestinationRow } from '../../db/schema.ts'
import { SET_BACK_MS } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import { logFailure } from '../kit/log-failure.ts'
import { Outage } from '../kit/outage.ts'
import type { PlatformKind } from '../platforms/platform.ts'
import { type Claimable, findClaimable, freeLeases, leaseDestination } from '../store/leases.ts'
import { endWaits, lastLeasedAt } from '../store/set-back.ts'
import { SLOW_MS } from './end.ts'
import { type Lease, openLeases } from './lease.ts'
import { patientFor } from './patient.ts'
import { createRequesterLimit } from './requester-limit.ts'
import { sendDue } from './send-due.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Some of them think longer than anybody waits for a process to stop. */
const STOP_WAITS_MS = 1_000

export interface Worker {
  start(): Promise<void>
  /**
   * Takes nothing new and resolves when the sends under way have ended. Machines are waited for a second: what they
   * have not answered by then is sent once more after the next start.
   */
  stop(): Promise<void>
}

/** Destinations of people, and of machines, served at once by one process: neither wait for the others. */
const SENDERS = 8
/** Of these at most so many whose last send took long. */
const FOR_THE_SLOW = SENDERS / 2
/** With those whose send turns out to take long: others are served in their place. */
const MOST_SENDERS = 4 * SENDERS
/** Retries and cool-downs end without a signal, and one from another process may be lost. */
const LOOK_ANYWAY_MS = 500

interface Sending extends Claimable {
  /** When it began its last send. */
  since: number
}

export function createWorker(options: WorkerOptions): Worker {
  const { db, leaseMs, clock, log } = options
  const sending = new Map<Promise<void>, Sending>()
  let running = false
  const isRunning = () => running
  const patient = patientFor(leaseMs, db, isRunning)
  const leases = openLeases(patient)
  const requesters = createRequesterLimit()
  let looking: Promise<void> | undefined
  let lookAgain = false
  /** The latest time that was seen. */
  let latest = 0
  /** By the clock that is never set back: what was under way at the set-back has written its times by then. */
  let endWaitsAgainAt: number | undefined

  /** A clock that was set back must not make anything wait until it is that late again. */
  async function watchClock(): Promise<void> {
    const now = clock.now()
    const isSetBack = now < latest - SET_BACK_MS
    if (isSetBack) log.warn({ byMs: latest - now }, 'the clock was set back; what waits is tried now')
    if (isSetBack || (endWaitsAgainAt !== undefined && performance.now() >= endWaitsAgainAt)) {
      await db.transact((trx) => endWaits(trx, now, leaseMs))
      endWaitsAgainAt = isSetBack ? performance.now() + LOOK_ANYWAY_MS : undefined
      latest = now
    }
    latest = Math.max(latest, now)
  }

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
        await watchClock()
        await claimAll()
      }
    } catch (error) {
      logFailure(log, error, 'looking for deliveries failed')
    } finally {
      looking = undefined
    }
  }

  async function claimAll(): Promise<void> {
    if ((['people', 'machines'] as const).every((audience) => heldOf(audience).length >= SENDERS)) return
    const now = clock.now()
    for (const claimable of await findClaimable(db.read, now)) {
      if (!hasSender(claimable)) continue
      const { id } = claimable
      const lease_id = newId('lease')
      const row = await db.transact((trx) =>
        leaseDestination(trx, id, now, { lease_id, lease_until: now + leaseMs }),
      )
      if (!row) continue
      const one = { ...claimable, since: now }
      const lease = { id: lease_id, destinationId: id, settings: row.settings }
      const served: Promise<void> = serve(row, lease, one)
        .catch((error) => logFailure(log, error, 'a sender failed', { destination: id }))
        .finally(() => {
          sending.delete(served)
          void look()
        })
      sending.set(served, one)
    }
  }

  function hasSender({ channel_type, slow }: Claimable): boolean {
    const audience = audienceOf({ channel_type })
    const alike = alikeOf(audience)
    if (alike.length >= MOST_SENDERS) return false
    if (slow === 1 && alike.filter((one) => one.slow === 1).length >= FOR_THE_SLOW) return false
    // One is left to the slow, or those who always have something to send would take each that is free.
    return heldOf(audience).length < (slow === 1 ? SENDERS : SENDERS - 1)
  }

  function alikeOf(audience: PlatformKind['audience'] | undefined): Sending[] {
    return [...sending.values()].filter((one) => audienceOf(one) === audience)
  }

  /** Those that count: one that was quick and is late now holds up nobody until it ends. */
  function heldOf(audience: PlatformKind['audience'] | undefined): Sending[] {
    return alikeOf(audience).filter(({ slow, since }) => slow === 1 || clock.now() - since < SLOW_MS)
  }

  function audienceOf({
    channel_type,
  }: Pick<Claimable, 'channel_type'>): PlatformKind['audience'] | undefined {
    return options.kinds.find(({ name }) => name === channel_type)?.audience
  }

  async function serve(row: DestinationRow, lease: Lease, one: Sending): Promise<void> {
    const onBegin = () => {
      one.since = clock.now()
    }
    const lookAgainAt = await sendDue(row, lease, {
      ...options,
      db: patient,
      leases,
      requesters,
      isRunning,
      onBegin,
    }).catch(async (error) => {
      // It could not read what is due: nobody needs to wait until the lease has run out.
      const { turns, trouble_since, slow } = row
      if (error instanceof Outage) await leases.release(lease, { turns, trouble_since, slow })
      throw error
    })
    // A limit may be finer than the looks by ourselves.
    if (lookAgainAt === undefined) return
    // Timers go by another clock, and may be up to a millisecond early by this one.
    setTimeout(() => void look(), Math.max(0, lookAgainAt - clock.now()) + 1).unref()
  }

  const stopListening: (() => void)[] = []
  return {
    async start() {
      if (db.engine === 'sqlite') await db.transact((trx) => freeLeases(trx))
      latest = (await lastLeasedAt(db.read)) ?? 0
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
      const toPeople = [...sending]
        .filter(([, one]) => audienceOf(one) === 'people')
        .map(([served]) => served)
      const late = delay(STOP_WAITS_MS, undefined, { ref: false })
      await Promise.all([...toPeople, Promise.race([Promise.all(sending.keys()), late])])
    },
  }
}
