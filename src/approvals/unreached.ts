// Marks approvals whose card nobody took in time, tells the fallbacks and wakes the agents.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { record } from '../audit/append.ts'
import { SET_BACK_MS } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'
import { type Aged, findAgain, findAged, type Looked, markUnreached, type Reach } from '../store/unreached.ts'
import { announceUnreached } from './announce.ts'
import type { Change } from './change.ts'
import { BATCH, createStep, type StepOptions } from './due-steps.ts'

export interface UnreachedOptions extends StepOptions {
  db: Database
  reviewable: readonly string[]
  /** So long a destination of people has to take the card. */
  unreachedAfterMs: number
}

/** So many approvals are looked at in one query: it must not hold up the clicks. */
const LOOKED_AT = 500

/**
 * Looks at every pending approval once, when it has come of age, and again while its card is queued at a destination
 * where all goes well. Resolves with how many it marked. Any number of processes may do so at once: each approval is
 * marked by one of them.
 */
export function createUnreachedSweep(options: UnreachedOptions): () => Promise<number> {
  const { db, clock, reviewable, unreachedAfterMs } = options
  const step = createStep(options, mark)
  // What is committed from now on is younger: no transaction takes that long, and no process' clock is so late.
  let seen: Aged = { created_at: 0, id: '' }
  let queued: string[] = []
  let last = 0

  /** Marks what is missed, and resolves with the ids of what is to be looked at again. */
  async function sort(page: (Aged & { reach: Reach })[]): Promise<{ marked: number; queued: string[] }> {
    const missed = page.filter(({ reach }) => reach === 'missed')
    const queued = page.flatMap(({ id, reach }) => (reach === 'queued' ? [id] : []))
    let marked = 0
    for (let from = 0; from < missed.length; from += BATCH) {
      const { done, left } = await step(missed.slice(from, from + BATCH))
      marked += done
      queued.push(...left.map(({ id }) => id))
    }
    return { marked, queued }
  }

  return async () => {
    const now = clock.now()
    // The clock was set back: what is made from now on is older than what was seen.
    if (now < last - SET_BACK_MS) seen = { created_at: 0, id: '' }
    last = now
    const looked: Looked = { reviewable, servedSince: now - unreachedAfterMs }
    let marked = 0
    const still: string[] = []
    for (let from = 0; from < queued.length; from += LOOKED_AT) {
      const ids = queued.slice(from, from + LOOKED_AT)
      const found = await sort(await findAgain(db.read, ids, now, looked))
      marked += found.marked
      still.push(...found.queued)
      await nextTurn()
    }
    queued = still
    for (;;) {
      const age = { after: seen, until: now - unreachedAfterMs, now }
      const page = await findAged(db.read, age, looked, LOOKED_AT)
      const found = await sort(page)
      marked += found.marked
      queued.push(...found.queued)
      seen = page.at(-1) ?? seen
      if (page.length < LOOKED_AT) return marked
      await nextTurn()
    }
  }
}

async function mark(change: Change, { id }: { id: string }): Promise<boolean> {
  const { trx, now, reviewable, unreached } = change
  const approval = await markUnreached(trx, id, reviewable, now)
  if (!approval) return false
  await record(trx, { at: now, action: 'approval.unreached', subject: id, facts: {}, personal: {} })
  await announceUnreached(change, approval)
  unreached.push(id)
  return true
}
