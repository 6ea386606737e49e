// Stores the configured destinations, and finds who hears of something.

import { sql } from 'kysely'
import type { DestinationRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { compileOnce } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { OF_ANY_CLASS, PENDING } from './literals.ts'
import { isToldAt } from './told.ts'

/** What a sender writes down, of a destination that none has taken yet. */
export const UNSERVED = {
  lease_id: null,
  lease_until: 0,
  cool_until: 0,
  turns: null,
  leased_at: 0,
  trouble_since: null,
  misconfigured: null,
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

/** All but those that were deleted and forgotten: also where a press is refused, its signature can be checked. */
export function findKnownDestinations(db: Executor): Promise<DestinationRow[]> {
  return db.selectFrom('destinations').selectAll().where('sealed_secrets', '!=', '').orderBy('id').execute()
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

/** The first of them that is on; undefined: none is. */
export async function findFirstOn(db: Executor, ids: string[]): Promise<string | undefined> {
  const rows = await db
    .selectFrom('destinations')
    .select('id')
    .where('id', 'in', ids)
    .where('enabled', '=', 1)
    .where('deleted_at', 'is', null)
    .execute()
  return ids.find((id) => rows.some((row) => row.id === id))
}

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

/** Nothing happens where it was changed since it was read. */
export function replaceConfig(
  trx: Executor,
  { id, config, sealed_secrets }: DestinationRow,
  kept: Pick<DestinationRow, 'config' | 'sealed_secrets'>,
): Promise<unknown> {
  return trx
    .updateTable('destinations')
    .set(kept)
    .where('id', '=', id)
    .where('config', '=', config)
    .where('sealed_secrets', '=', sealed_secrets)
    .execute()
}

/**
 * Deleted destinations whose secrets are still there and not needed any more: nothing that is pending was told there,
 * so that no press needs an answer, and the cards are drawn unless they are off and can draw none.
 */
export async function findForgettable(db: Executor): Promise<string[]> {
  const rows = await db
    .selectFrom('destinations as d')
    .select('d.id')
    .where('d.deleted_at', 'is not', null)
    .where('d.sealed_secrets', '!=', '')
    .where(({ or, eb, not, exists, selectFrom }) =>
      or([
        eb('d.enabled', '=', 0),
        not(
          exists(
            selectFrom('deliveries as waiting')
              .select('waiting.id')
              .whereRef('waiting.destination_id', '=', 'd.id')
              .where('waiting.state', '=', PENDING)
              .where(OF_ANY_CLASS),
          ),
        ),
      ]),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('approvals as a')
            .select('a.id')
            .where('a.status', '=', PENDING)
            .where(isToldAt('a.id', 'd.id')),
        ),
      ),
    )
    .execute()
  return rows.map((row) => row.id)
}

/** Returns it as it is then; undefined when it was off already, or when another sender has it. */
export async function markSwitchedOff(
  trx: Executor,
  { id, reason, now, leaseId }: { id: string; reason: string; now: number; leaseId?: string },
): Promise<DestinationRow | undefined> {
  return trx
    .updateTable('destinations')
    .set({ enabled: 0, disabled_reason: reason, updated_at: now })
    .where('id', '=', id)
    .where('enabled', '=', 1)
    .$if(leaseId !== undefined, (query) => query.where('lease_id', '=', leaseId as string))
    .returningAll()
    .executeTakeFirst()
}

/** Returns it as it is then; undefined when another sender has it. */
export function markMisconfigured(
  trx: Executor,
  { id, reason, leaseId }: { id: string; reason: string; leaseId: string },
): Promise<DestinationRow | undefined> {
  return trx
    .updateTable('destinations')
    .set({ misconfigured: reason })
    .where('id', '=', id)
    .where('lease_id', '=', leaseId)
    .returningAll()
    .executeTakeFirst()
}

/**
 * Waits until whoever wrote something of it has ended, such as a send whose card is not there to be seen yet; on SQLite
 * one writes at a time.
 */
export async function lockDestination(trx: Executor, id: string): Promise<void> {
  if (!isOnPostgres(trx)) return
  await trx.selectFrom('destinations').select('id').where('id', '=', id).forUpdate().execute()
}

/** What was configured is gone; the row stays for the deliveries that name it. */
export function forgetDestination(trx: Executor, id: string): Promise<unknown> {
  return trx
    .updateTable('destinations')
    .set({ enabled: 0, config: '{}', sealed_secrets: '' })
    .where('id', '=', id)
    .execute()
}
