// Marks approvals whose card nobody took in time, tells the fallbacks and wakes the agents.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { record } from '../audit/append.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'
import { type Aged, findAged, markUnreached } from '../store/unreached.ts'
import { announceUnreached } from './announce.ts'
import type { Change } from './close.ts'

export interface UnreachedOptions {
  db: Database
  clock: Clock
  reviewable: readonly string[]
  /** So long a destination of people has to take the card. */
  unreachedAfterMs: number
}

/** So many approvals are looked at in one query: it must not hold up the clicks. */
const LOOKED_AT = 500
/** So many are marked in one transaction, for the same reason. */
const MARKED = 50

/**
 * Looks at every pending approval once, when it has come of age. Resolves with how many it marked. Any number of
 * processes may do so at once: each approval is marked by one of them.
 */
export function createUnreachedSweep(
  { db, clock, reviewable, unreachedAfterMs }: UnreachedOptions,
  transact: (work: (change: Change) => Promise<void>) => Promise<void>,
): () => Promise<number> {
  // What is committed from now on is younger: no transaction takes that long, and no process' clock is so late.
  let seen: Aged = { created_at: 0, id: '' }

  async function markAll(ids: string[]): Promise<number> {
    let marked = 0
    for (let from = 0; from < ids.length; from += MARKED) {
      await transact(async (change) => {
        for (const id of ids.slice(from, from + MARKED)) await mark(change, id)
        marked += change.unreached.length
      })
    }
    return marked
  }

  return async () => {
    const now = clock.now()
    let marked = 0
    for (;;) {
      const age = { after: seen, until: now - unreachedAfterMs, now }
      const page = await findAged(db.read, age, reviewable, LOOKED_AT)
      marked += await markAll(page.flatMap(({ id, is_missed }) => (is_missed === 1 ? [id] : [])))
      seen = page.at(-1) ?? seen
      if (page.length < LOOKED_AT) return marked
      await nextTurn()
    }
  }
}

async function mark(change: Change, id: string): Promise<void> {
  const { trx, now, reviewable, unreached } = change
  const approval = await markUnreached(trx, id, reviewable, now)
  if (!approval) return
  await record(trx, { at: now, action: 'approval.unreached', subject: id, facts: {}, personal: {} })
  await announceUnreached(change, approval)
  unreached.push(id)
}
