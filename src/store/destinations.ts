// Stores the configured destinations, and finds who hears and who may send to one right now.

import { sql } from 'kysely'
import type { DestinationRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { compileOnce } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { isHeldBack } from './due.ts'
import { CLASS, FIRST_CARD, PENDING } from './literals.ts'

/** What a sender writes down, of a destination that none has taken yet. */
export const UNSERVED = {
  lease_id: null,
  lease_until: 0,
  cool_until: 0,
  turns: null,
  leased_at: 0,
  trouble_since: null,
  slow: 0,
} as const

export function insertDestination(trx: Executor, row: DestinationRow): Promise<unknown> {
  return trx.insertInto('destinations').values(row).execute()
}

/** Those that were not deleted, the oldest first. */
export function findDestinations(db: Executor): Promise<DestinationRow[]> {
  return db.selectFrom('destinations').selectAll().where('deleted_at', 'is', null).orderBy('id').execute()
}

/** `id` may be anybody's text. */
export async function findDestination(db: Executor, id: string): Promise<DestinationRow | undefined> {
  if (!isId(id, 'dst')) return undefined
  return db
    .selectFrom('destinations')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** Those whose cards may be clicked and redrawn: also deleted ones that still have open cards. */
export function findEnabledDestinations(db: Executor): Promise<DestinationRow[]> {
  return db.selectFrom('destinations').selectAll().where('enabled', '=', 1).orderBy('id').execute()
}

/** A destination, and whether it was ever sent the card or is about to be. */
export type Listener = DestinationRow & { told: number }

/** All but those that were deleted and forgotten. */
export async function findListeners(db: Executor, subjectId: string): Promise<Listener[]> {
  return (await listeners(db, { subjectId })).rows
}

const listeners = compileOnce((db, p: { subjectId: string }) =>
  db
    .selectFrom('destinations as d')
    .selectAll()
    .select(({ exists, selectFrom }) =>
      sql<number>`case when ${exists(
        selectFrom('deliveries as earlier')
          .select('earlier.id')
          .where('earlier.subject_id', '=', p.subjectId)
          .whereRef('earlier.destination_id', '=', 'd.id'),
      )} then 1 else 0 end`.as('told'),
    )
    .where(({ or, eb }) => or([eb('deleted_at', 'is', null), eb('enabled', '=', 1)]))
    .orderBy('id'),
)

/** undefined when it was deleted meanwhile. */
export async function updateDestination(
  trx: Executor,
  id: string,
  change: Partial<DestinationRow>,
): Promise<DestinationRow | undefined> {
  if (!isId(id, 'dst')) return undefined
  return trx
    .updateTable('destinations')
    .set(change)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
}

/** Deleted destinations whose cards are all closed and drawn, and whose secrets are therefore not needed any more. */
export async function findForgettable(db: Executor): Promise<string[]> {
  const rows = await db
    .selectFrom('destinations as d')
    .select('d.id')
    .where('d.deleted_at', 'is not', null)
    .where('d.enabled', '=', 1)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries as waiting')
            .select('waiting.id')
            .whereRef('waiting.destination_id', '=', 'd.id')
            .where('waiting.state', '=', PENDING)
            // Each of the two has an index of its own.
            .where(({ or, eb }) =>
              or([eb('waiting.class', '=', FIRST_CARD), eb('waiting.class', '>', FIRST_CARD)]),
            ),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('posted_cards as c')
            .innerJoin('approvals as a', 'a.id', 'c.subject_id')
            .select('c.handle')
            .whereRef('c.destination_id', '=', 'd.id')
            .where('a.status', '=', PENDING),
        ),
      ),
    )
    .execute()
  return rows.map((row) => row.id)
}

/** What was configured is gone; the row stays for the deliveries that name it. */
export function forgetDestination(trx: Executor, id: string): Promise<unknown> {
  return trx
    .updateTable('destinations')
    .set({ enabled: 0, config: '{}', sealed_secrets: '' })
    .where('id', '=', id)
    .execute()
}

/** A destination that has something due and that nobody serves. */
export type Claimable = Pick<DestinationRow, 'id' | 'channel_type' | 'slow'>

/**
 * Those, the quick before the slow ones, and of these the one first that was served longest ago. A few looks at the
 * index per destination, however long their backlogs; what an earlier delivery of the same card holds back is not due,
 * or the destination would be taken again and again for nothing.
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
        eb(first.where('waiting.class', '=', FIRST_CARD), 'is not', null),
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
