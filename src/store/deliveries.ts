// Stores what is still to be told, and to whom, as a transactional outbox: events and deliveries.

import { type ExpressionBuilder, sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely'
import type { DeliveryRow, Schema } from '../../db/schema.ts'
import { columns, compileOncePerLength } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'
import { AS_UPDATE, FIRST_CARD, OF_ANY_CLASS, PENDING } from './literals.ts'
import { type Closure, closureOf } from './posted-cards.ts'

export async function insertDeliveries(trx: Executor, rows: DeliveryRow[]): Promise<void> {
  if (rows.length > 0) await addDeliveries(trx, rows)
}

const addDeliveries = compileOncePerLength((trx, rows: DeliveryRow[]) =>
  trx
    .insertInto('deliveries')
    .values(
      rows.map((row) =>
        columns(
          row,
          'id',
          'destination_id',
          'event_id',
          'subject_id',
          'state',
          'attempts',
          'next_attempt_at',
          'last_error',
          'created_at',
          'finished_at',
          'class',
          'lane',
          'rank',
          'repeated',
          'recipient',
        ),
      ),
    ),
)

/** Of what is closed nobody waits for a first card any more: those that wait are updates from now on. */
export function giveUpTurns(trx: Executor, subjectId: string): Promise<unknown> {
  return trx
    .updateTable('deliveries')
    .set(AS_UPDATE)
    .where('subject_id', '=', subjectId)
    .where('state', '=', PENDING)
    .where('class', '=', FIRST_CARD)
    .execute()
}

/** undefined: it was not. */
export async function wasTold(
  db: Executor,
  subjectId: string,
  destinationId: string,
): Promise<{ closure: Closure } | undefined> {
  return db
    .selectFrom('deliveries')
    .select(closureOf('deliveries.destination_id').as('closure'))
    .where('subject_id', '=', subjectId)
    .where('destination_id', '=', destinationId)
    .limit(1)
    .executeTakeFirst()
}

export interface Settled extends Pick<DeliveryRow, 'state' | 'last_error' | 'finished_at'> {
  /** null: no other than before. */
  nextAttemptAt: number | null
}

/**
 * Their new state after one more attempt each, only while the lease still holds the destination and nobody made the
 * delivery due once more since it was read. Returns the ids of those that changed.
 */
export async function settleDeliveries(
  trx: Executor,
  deliveries: Pick<DeliveryRow, 'id' | 'next_attempt_at'>[],
  lease: { id: string; destinationId: string },
  change: Settled,
): Promise<string[]> {
  const all = { ...change, leaseId: lease.id, destinationId: lease.destinationId }
  const { rows } = await settle(
    trx,
    deliveries.map(({ id, next_attempt_at }) => ({ ...all, id, next_attempt_at })),
  )
  return rows.map(({ id }) => id)
}

interface Settling extends Settled, Pick<DeliveryRow, 'id' | 'next_attempt_at'> {
  leaseId: string
  destinationId: string
}

const settle = compileOncePerLength((trx, rows: Settling[]) => {
  const { state, last_error, nextAttemptAt, finished_at, leaseId, destinationId } = rows[0] as Settling
  return updateAsRead(trx, rows)
    .set({
      attempts: sql<number>`attempts + 1`,
      next_attempt_at: sql<number>`coalesce(${nextAttemptAt}, next_attempt_at)`,
      state,
      last_error,
      finished_at,
    })
    .where(isLeased(leaseId, destinationId))
    .returning('deliveries.id')
})

/**
 * An update of those that are still as they were read. To PostgreSQL an OR of pairs takes twice as long as a list of
 * values that is joined; to SQLite, of one row, a fifth.
 */
export function updateAsRead(
  trx: Executor,
  rows: Pick<DeliveryRow, 'id' | 'next_attempt_at'>[],
): UpdateQueryBuilder<Schema, 'deliveries', 'deliveries', UpdateResult> {
  if (!isOnPostgres(trx)) {
    return trx
      .updateTable('deliveries')
      .where(({ or, and }) => or(rows.map(({ id, next_attempt_at }) => and({ id, next_attempt_at }))))
  }
  const values = rows.map(({ id, next_attempt_at }) => sql`(${id}, cast(${next_attempt_at} as bigint))`)
  const read = sql<{ id: string; due_at: number }>`(values ${sql.join(values)})`
  return trx
    .with('read(id, due_at)', () => read)
    .updateTable('deliveries')
    .from('read')
    .whereRef('deliveries.id', '=', 'read.id')
    .whereRef('deliveries.next_attempt_at', '=', 'read.due_at') as never
}

/** For a query on deliveries. */
export function isLeased(leaseId: string, destinationId: string) {
  return ({ exists, selectFrom }: ExpressionBuilder<Schema, 'deliveries'>) =>
    exists(
      selectFrom('destinations')
        .select('destinations.id')
        .where('destinations.id', '=', destinationId)
        .where('destinations.lease_id', '=', leaseId),
    )
}

/** What was not posted yet never will be: for a destination that is deleted. Redraws stay due. */
export async function skipUnposted(trx: Executor, destinationId: string, now: number): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ state: 'skipped', finished_at: now })
    .where('destination_id', '=', destinationId)
    .where('state', '=', PENDING)
    .where(OF_ANY_CLASS)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('posted_cards as c')
            .select('c.handle')
            .whereRef('c.subject_id', '=', 'deliveries.subject_id')
            .whereRef('c.destination_id', '=', 'deliveries.destination_id'),
        ),
      ),
    )
    .execute()
}

/** How the newest delivery of a card to a destination fared so far. */
export function findNewestDelivery(
  db: Executor,
  subjectId: string,
  destinationId: string,
): Promise<DeliveryRow | undefined> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('subject_id', '=', subjectId)
    .where('destination_id', '=', destinationId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Whether an earlier delivery of this card to this destination has already run its course. */
export async function hasFinishedDelivery(db: Executor, delivery: DeliveryRow): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .select('id')
    .where('subject_id', '=', delivery.subject_id)
    .where('destination_id', '=', delivery.destination_id)
    .where('state', '!=', PENDING)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Sends the newest news of a card to a destination once more, because a card there looks out of date. A send
 * that is under way may not know that card: the new time keeps it from being settled.
 */
export async function redeliverNewest(
  trx: Executor,
  subjectId: string,
  destinationId: string,
  now: number,
): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set(onceMore(now))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('deliveries as newest')
        .select('newest.id')
        .where('newest.subject_id', '=', subjectId)
        .where('newest.destination_id', '=', destinationId)
        .orderBy('newest.id', 'desc')
        .limit(1),
    )
    .execute()
}

/** The same for each card of a pending approval that stands at a destination. */
export async function redeliverOpen(trx: Executor, destinationId: string, now: number): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set(onceMore(now))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('approvals as a')
        .innerJoin('posted_cards as c', 'c.subject_id', 'a.id')
        .innerJoin('deliveries as told', (join) =>
          join
            .onRef('told.subject_id', '=', 'c.subject_id')
            .onRef('told.destination_id', '=', 'c.destination_id'),
        )
        .select(({ fn }) => fn.max('told.id').as('newest'))
        .where('a.status', '=', PENDING)
        .where('c.destination_id', '=', destinationId)
        .groupBy('a.id'),
    )
    .execute()
}

const onceMore = (now: number) => ({
  state: 'pending',
  attempts: 0,
  ...AS_UPDATE,
  next_attempt_at: sql<number>`cast(${now} as bigint) - case when next_attempt_at = ${now} then 1 else 0 end`,
  finished_at: null,
})
