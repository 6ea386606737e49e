// Reads pages of deliveries and how they went, the newest first, and does what is done with them later.

import type { ExpressionBuilder } from 'kysely'
import { sql } from 'kysely'
import type { DeliveryRow, Schema } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import type { Executor } from './database.ts'
import { AS_UPDATE, FIRST_CARD, PENDING } from './literals.ts'

export interface DeliveryFilter {
  id?: string | undefined
  destinationId?: string | undefined
  state?: string | undefined
  eventType?: string | undefined
  /** Epoch milliseconds, inclusive. */
  createdFrom?: number | undefined
  /** Epoch milliseconds, exclusive. */
  createdBefore?: number | undefined
  /** The id of the last one of the page before. */
  after?: string | undefined
}

export type LoggedDelivery = DeliveryRow & {
  event_type: string
  severity: string
  approval_id: string | null
}

function matching(filter: DeliveryFilter) {
  return ({ and, eb }: ExpressionBuilder<Schema & { d: DeliveryRow; e: Schema['events'] }, 'd' | 'e'>) => {
    const { id, destinationId, state, eventType, createdFrom, createdBefore, after } = filter
    return and([
      ...(id === undefined ? [] : [eb('d.id', '=', id)]),
      ...(destinationId === undefined ? [] : [eb('d.destination_id', '=', destinationId)]),
      ...(state === undefined ? [] : [eb('d.state', '=', state)]),
      ...(eventType === undefined ? [] : [eb('e.type', '=', eventType)]),
      ...(createdFrom === undefined ? [] : [eb('d.created_at', '>=', createdFrom)]),
      ...(createdBefore === undefined ? [] : [eb('d.created_at', '<', createdBefore)]),
      ...(after === undefined ? [] : [eb('d.id', '<', after)]),
    ])
  }
}

export function listDeliveries(
  db: Executor,
  filter: DeliveryFilter,
  limit: number,
): Promise<LoggedDelivery[]> {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('events as e', 'e.id', 'd.event_id')
    .selectAll('d')
    .select(['e.type as event_type', 'e.severity', 'e.approval_id'])
    .where(matching(filter))
    .orderBy('d.id', 'desc')
    .limit(limit)
    .execute()
}

/** `id` may be anybody's text. */
export async function findDelivery(db: Executor, id: string): Promise<LoggedDelivery | undefined> {
  if (!isId(id, 'dlv')) return undefined
  return db
    .selectFrom('deliveries as d')
    .innerJoin('events as e', 'e.id', 'd.event_id')
    .selectAll('d')
    .select(['e.type as event_type', 'e.severity', 'e.approval_id'])
    .where('d.id', '=', id)
    .executeTakeFirst()
}

/**
 * Makes those that have ended due once more, as if they had never been tried, except at destinations that were
 * deleted. Returns how many.
 */
export async function replayDeliveries(trx: Executor, filter: DeliveryFilter, now: number): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('deliveries')
    .set({
      state: 'pending',
      attempts: 0,
      // A send that is under way must not be settled.
      next_attempt_at: sql<number>`cast(${now} as bigint) - case when next_attempt_at = ${now} then 1 else 0 end`,
      last_error: null,
      finished_at: null,
    })
    .where('state', '!=', 'pending')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('deliveries as d')
        .innerJoin('events as e', 'e.id', 'd.event_id')
        .innerJoin('destinations as place', 'place.id', 'd.destination_id')
        .select('d.id')
        .where('place.deleted_at', 'is', null)
        .where(matching(filter)),
    )
    .executeTakeFirst()
  await giveUpClosedTurns(trx)
  return Number(numUpdatedRows)
}

/** Nobody waits for the first card of what is closed: it comes after those of what is not. */
function giveUpClosedTurns(trx: Executor): Promise<unknown> {
  return trx
    .updateTable('deliveries')
    .set(AS_UPDATE)
    .where('state', '=', PENDING)
    .where('class', '=', FIRST_CARD)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('approvals as a')
          .select('a.id')
          .whereRef('a.id', '=', 'deliveries.subject_id')
          .where('a.status', '!=', PENDING),
      ),
    )
    .execute()
}

/** Deletes some of those that ended before `cutoff`, not while their approval is open. Returns how many. */
export async function forgetDeliveries(trx: Executor, cutoff: number, limit: number): Promise<number> {
  const rows = await trx
    .selectFrom('deliveries as d')
    .leftJoin('approvals as a', 'a.id', 'd.subject_id')
    .select('d.id')
    .where('d.finished_at', '<', cutoff)
    .where('d.state', '!=', 'pending')
    .where(({ or, eb }) => or([eb('a.id', 'is', null), eb('a.closed_at', '<', cutoff)]))
    .limit(limit)
    .execute()
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return 0
  await trx.deleteFrom('delivery_attempts').where('delivery_id', 'in', ids).execute()
  await trx.deleteFrom('deliveries').where('id', 'in', ids).execute()
  return ids.length
}
