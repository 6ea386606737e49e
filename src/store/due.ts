// Finds a destination's deliveries that may go now and those that must wait, in the order of their sending.

import { sql } from 'kysely'
import type { DeliveryRow } from '../../db/schema.ts'
import { compileOnce, compileOncePerLength } from './compile-once.ts'
import type { Executor } from './database.ts'
import { isLeased, updateAsRead } from './deliveries.ts'
import type { ToldEvent } from './events.ts'
import { PENDING } from './literals.ts'

/** 1 where a card of it stands already; `delivery` is the row's alias in the query. */
function hasCard(delivery: string) {
  return sql<number>`case when exists (select c.handle from posted_cards as c
    where c.subject_id = ${sql.ref(`${delivery}.subject_id`)}
    and c.destination_id = ${sql.ref(`${delivery}.destination_id`)}) then 1 else 0 end`
}

/**
 * Whether an earlier delivery of the same card is still pending; `delivery` is the row's alias in the query. The
 * destination is compared as an expression, which keeps PostgreSQL from looking through its whole backlog for each
 * row: without statistics the index of what is due seems as good as that of what waits.
 */
export function isHeldBack(delivery: string) {
  return sql<boolean>`exists (select earlier.id from deliveries as earlier
    where earlier.subject_id = ${sql.ref(`${delivery}.subject_id`)}
    and earlier.destination_id || '' = ${sql.ref(`${delivery}.destination_id`)}
    and earlier.state = ${PENDING} and earlier.id < ${sql.ref(`${delivery}.id`)})`
}

/**
 * The deliveries of a destination that may go now; of each card only the earliest that is still pending. `cardsFirst`:
 * a card with live buttons that no longer count is brought to the truth before new ones are posted; that sorts the
 * whole backlog, where otherwise an index has it in order.
 */
export async function findDue(
  db: Executor,
  destinationId: string,
  now: number,
  { limit, cardsFirst }: { limit: number; cardsFirst: boolean },
): Promise<DueDelivery[]> {
  const { rows } = await (cardsFirst ? dueCardsFirst : dueInOrder)(db, { destinationId, now, limit })
  return rows.map((row) => ({
    delivery: row,
    event: { ...row, id: row.event_id, created_at: row.happened_at },
  }))
}

export interface DueDelivery {
  delivery: DeliveryRow
  event: ToldEvent
}

interface Asked {
  destinationId: string
  now: number
  limit: number
}

/** Together with their events: reading these by their ids would be a longer query each time. */
function due(db: Executor, p: Asked) {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('events as e', 'e.id', 'd.event_id')
    .leftJoin('acknowledgements as a', 'a.event_id', 'e.id')
    .selectAll('d')
    .select(['e.type', 'e.severity', 'e.approval_id', 'e.created_at as happened_at', 'e.agent_id'])
    .select(['e.agent_name', 'e.tool', 'e.environment', 'e.summary', 'e.action', 'e.data', 'e.key_id'])
    .select(['e.about', 'e.is_test'])
    .select(['a.name as acknowledged_by', 'a.source as acknowledged_via', 'a.acknowledged_at'])
    .where('d.destination_id', '=', p.destinationId)
    .where('d.state', '=', PENDING)
    .where('d.next_attempt_at', '<=', p.now)
    .where(({ not }) => not(isHeldBack('d')))
    .limit(p.limit)
}

const dueInOrder = compileOnce((db, p: Asked) => due(db, p).orderBy('d.next_attempt_at').orderBy('d.id'))
const dueCardsFirst = compileOnce((db, p: Asked) =>
  due(db, p).orderBy(hasCard('d'), 'desc').orderBy('d.next_attempt_at').orderBy('d.id'),
)

/** Only while the lease holds the destination, and where nobody made the delivery due otherwise meanwhile. */
export function postpone(
  trx: Executor,
  deliveries: Pick<DeliveryRow, 'id' | 'next_attempt_at'>[],
  lease: { id: string; destinationId: string },
  until: number,
): Promise<unknown> {
  const { id: leaseId, destinationId } = lease
  return delay(
    trx,
    deliveries.map(({ id, next_attempt_at }) => ({ id, next_attempt_at, until, leaseId, destinationId })),
  )
}

interface Postponing extends Pick<DeliveryRow, 'id' | 'next_attempt_at'> {
  until: number
  leaseId: string
  destinationId: string
}

const delay = compileOncePerLength((trx, rows: Postponing[]) => {
  const { until, leaseId, destinationId } = rows[0] as Postponing
  return updateAsRead(trx, rows).set({ next_attempt_at: until }).where(isLeased(leaseId, destinationId))
})

/** For a destination that may be told sooner now than when its deliveries were held back. */
export function endHolds(trx: Executor, destinationId: string, now: number): Promise<unknown> {
  return trx
    .updateTable('deliveries')
    .set({ next_attempt_at: now })
    .where('destination_id', '=', destinationId)
    .where('state', '=', PENDING)
    .where('attempts', '=', 0)
    .where('next_attempt_at', '>', now)
    .execute()
}

/** Alerts that wait for another try, the earliest first. */
export function findRetrying(db: Executor, destinationId: string, now: number): Promise<DeliveryRow[]> {
  return db
    .selectFrom('deliveries as d')
    .selectAll()
    .where('d.destination_id', '=', destinationId)
    .where('d.state', '=', PENDING)
    .where('d.attempts', '>', 0)
    .where('d.next_attempt_at', '>', now)
    .orderBy('d.id')
    .execute()
}
