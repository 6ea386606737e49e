// Finds the destinations that have something due, and gives each to one sender at a time.

import { sql } from 'kysely'
import type { DestinationRow } from '../../db/schema.ts'
import { compileOnce } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { isHeldBack } from './due.ts'
import { CLASS, FIRST_CARD, PENDING } from './literals.ts'

/** A destination that has something due and that nobody serves. */
export type Claimable = Pick<DestinationRow, 'id' | 'channel_type' | 'slow'>

/**
 * Those, the quick before the slow ones, and of these the one first that was served longest ago. A few looks at the
 * index per destination, however long their backlogs, but for first cards that wait for another try. What an earlier
 * delivery of the same card holds back is not due, or the destination would be taken again and again for nothing.
 */
export async function findClaimable(db: Executor, now: number): Promise<Claimable[]> {
  return (await claimable(db, { now })).rows
}

const claimable = compileOnce((db, p: { now: number }) =>
  db
    .selectFrom('destinations as d')
    .select(['d.id', 'd.channel_type', 'd.slow'])
    .where('d.enabled', '=', 1)
    .where('d.lease_until', '<=', p.now)
    .where('d.cool_until', '<=', p.now)
    .where(({ or, eb, selectFrom }) => {
      // One row each: PostgreSQL would answer `exists` from a table of all that waits anywhere.
      const first = selectFrom('deliveries as waiting')
        .select('waiting.id')
        .whereRef('waiting.destination_id', '=', 'd.id')
        .where('waiting.state', '=', PENDING)
        .where('waiting.next_attempt_at', '<=', p.now)
        .limit(1)
      const behindCards = Object.values(CLASS).filter((name) => name !== CLASS.card)
      return or([
        eb(
          // In the order of the index, or PostgreSQL would look for it among all that was ever sent.
          first.where('waiting.class', '=', FIRST_CARD).orderBy('waiting.lane').orderBy('waiting.rank'),
          'is not',
          null,
        ),
        ...behindCards.map((name) =>
          eb(
            first
              .where('waiting.class', '>', FIRST_CARD)
              .where('waiting.class', '=', sql.lit(name))
              .where(({ not }) => not(isHeldBack('waiting')))
              .orderBy('waiting.next_attempt_at'),
            'is not',
            null,
          ),
        ),
      ])
    })
    .orderBy('d.slow')
    .orderBy('d.leased_at')
    .orderBy('d.id'),
)

/**
 * Takes the destination for one sender: undefined when another was faster. On PostgreSQL a row that somebody has
 * locked is passed over: a process that froze in the middle must not hold up the senders of all others.
 */
export function leaseDestination(
  trx: Executor,
  id: string,
  now: number,
  lease: { lease_id: string; lease_until: number },
): Promise<DestinationRow | undefined> {
  return trx
    .updateTable('destinations')
    .set({ ...lease, leased_at: now })
    .where('id', '=', id)
    .where('enabled', '=', 1)
    .where('lease_until', '<=', now)
    .where('cool_until', '<=', now)
    .$if(isOnPostgres(trx), (query) =>
      query.where('id', 'in', ({ selectFrom }) =>
        selectFrom('destinations as free')
          .select('free.id')
          .where('free.id', '=', id)
          .forNoKeyUpdate()
          .skipLocked(),
      ),
    )
    .returningAll()
    .executeTakeFirst()
}

/** Changes a destination on behalf of its sender; false, and nothing happens, when the lease is lost. */
export async function updateLeased(
  trx: Executor,
  id: string,
  leaseId: string,
  change: Partial<DestinationRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('destinations')
    .set(change)
    .where('id', '=', id)
    .where('lease_id', '=', leaseId)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Gives it back, with what its sender knows of it. A lease that was ended from outside has no holder any more, and is
 * given back all the same. false, and nothing happens, when another sender has it.
 */
export async function releaseDestination(
  trx: Executor,
  id: string,
  leaseId: string,
  known: Partial<DestinationRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('destinations')
    .set({ lease_id: null, lease_until: 0, ...known })
    .where('id', '=', id)
    .where(({ or, eb }) => or([eb('lease_id', '=', leaseId), eb('lease_id', 'is', null)]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Keeps the settings as they are until the transaction ends; false when the lease is lost or they are others already.
 */
export async function lockSettings(
  trx: Executor,
  lease: { id: string; destinationId: string; settings: string | null },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('destinations')
    .set({ lease_id: lease.id })
    .where('id', '=', lease.destinationId)
    .where('lease_id', '=', lease.id)
    .where('settings', 'is not distinct from', lease.settings)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** For the only server of a SQLite file, at its start: whoever held a lease is dead. */
export function freeLeases(trx: Executor): Promise<unknown> {
  return trx.updateTable('destinations').set({ lease_id: null, lease_until: 0 }).execute()
}
