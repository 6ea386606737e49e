// Finds a destination's deliveries that may go now and those that must wait, in the order of their sending.

import { type RawBuilder, sql } from 'kysely'
import type { DeliveryRow } from '../../db/schema.ts'
import { compileOnce, compileOncePerLength } from './compile-once.ts'
import type { Executor } from './database.ts'
import { isLeased, updateAsRead } from './deliveries.ts'
import type { ToldEvent } from './events.ts'
import { FIRST_CARD, OF_ANY_CLASS, PENDING } from './literals.ts'

/**
 * Whether an earlier delivery of the same card is still pending; `delivery` is the row's alias in the query. A value of
 * one row, not `exists`: PostgreSQL would make that a join, and while it has no statistics one that goes through all
 * that waits for each row. The destination is compared as an expression for the same reason: else the index of what is
 * due would seem as good as that of what waits.
 */
export function isHeldBack(delivery: string) {
  return sql<boolean>`((select earlier.id from deliveries as earlier
    where earlier.subject_id = ${sql.ref(`${delivery}.subject_id`)}
    and earlier.destination_id || '' = ${sql.ref(`${delivery}.destination_id`)}
    and earlier.state = ${PENDING} and earlier.id < ${sql.ref(`${delivery}.id`)} limit 1) is not null)`
}

/** A card that may go now. */
export interface WaitingCard {
  id: string
  /** The API key that asked. */
  lane: string
  /** In its lane the lowest is the first to go, then the lowest id. */
  rank: number
}

/** The first cards of every lane of a destination, at most so many of each. */
export async function findWaitingCards(
  db: Executor,
  destinationId: string,
  now: number,
  perLane: number,
): Promise<WaitingCard[]> {
  return (await waitingCards(db, { destinationId, now, perLane })).rows
}

/**
 * Walks from lane to lane and from card to card, one look at the index each, however many wait. No join at the end:
 * PostgreSQL expects thousands of cards, and would read the whole table for them.
 */
const waitingCards = compileOnce((db, p: { destinationId: string; now: number; perLane: number }) => {
  const ofDestination = sql`destination_id = ${p.destinationId} and state = ${PENDING} and class = ${FIRST_CARD}`
  const nextLane = (after: RawBuilder<unknown>) => sql`(select d.lane from deliveries as d
    where ${ofDestination} ${after} order by d.lane limit 1)`
  const nextCard = (after: RawBuilder<unknown>) => sql`(select d.id from deliveries as d
    where ${ofDestination} and d.next_attempt_at <= cast(${p.now} as bigint) ${after} order by d.rank, d.id limit 1)`
  const query = sql<WaitingCard>`with recursive
    lanes(lane) as (
      select ${nextLane(sql``)}
      union all select ${nextLane(sql`and d.lane > lanes.lane`)} from lanes where lanes.lane is not null),
    cards(lane, place, id) as (
      select lane, 1, ${nextCard(sql`and d.lane = lanes.lane`)} from lanes where lanes.lane is not null
      union all select cards.lane, place + 1,
        ${nextCard(sql`and d.lane = cards.lane and (d.rank, d.id) > (last.rank, last.id)`)}
        from cards inner join deliveries as last on last.id = cards.id
        where place < cast(${p.perLane} as integer))
    select cards.id, cards.lane, (select d.rank from deliveries as d where d.id = cards.id) as rank
      from cards where cards.id is not null`
  return { compile: () => query.compile(db) }
})

export interface DueDelivery {
  delivery: DeliveryRow
  event: ToldEvent
}

/** Those that are still pending, with their events, in any order. */
export async function findDueByIds(db: Executor, ids: string[]): Promise<DueDelivery[]> {
  if (ids.length === 0) return []
  const rows = await withEvents(db).where('d.id', 'in', ids).execute()
  // In the query, PostgreSQL would go through all that is pending instead.
  return dueIn(rows.filter(({ state }) => state === 'pending'))
}

/**
 * The deliveries of a class that may go now, with their events, the longest due first; of each card only the earliest
 * that is still pending.
 */
export async function findDueInClass(
  db: Executor,
  asked: { destinationId: string; class: number; now: number; limit: number },
): Promise<DueDelivery[]> {
  return asked.limit > 0 ? dueIn((await dueInClass(db, asked)).rows) : []
}

const dueInClass = compileOnce(
  (db, p: { destinationId: string; class: number; now: number; limit: number }) =>
    withEvents(db)
      .where('d.destination_id', '=', p.destinationId)
      .where('d.state', '=', PENDING)
      .where('d.class', '>', FIRST_CARD)
      .where('d.class', '=', p.class)
      .where('d.next_attempt_at', '<=', p.now)
      .where(({ not }) => not(isHeldBack('d')))
      .orderBy('d.next_attempt_at')
      .orderBy('d.id')
      .limit(p.limit),
)

/** First cards that may go now, with their events, in the order in which they were asked for. */
export async function findCardsByAge(
  db: Executor,
  asked: { destinationId: string; now: number; limit: number },
): Promise<DueDelivery[]> {
  return dueIn((await cardsByAge(db, asked)).rows)
}

const cardsByAge = compileOnce((db, p: { destinationId: string; now: number; limit: number }) =>
  withEvents(db)
    .where('d.destination_id', '=', p.destinationId)
    .where('d.state', '=', PENDING)
    .where('d.class', '=', FIRST_CARD)
    .where('d.next_attempt_at', '<=', p.now)
    .orderBy('d.id')
    .limit(p.limit),
)

/** Reading the events by their ids would be a longer query each time. */
function withEvents(db: Executor) {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('events as e', 'e.id', 'd.event_id')
    .leftJoin('acknowledgements as a', 'a.event_id', 'e.id')
    .selectAll('d')
    .select(['e.type', 'e.severity', 'e.approval_id', 'e.created_at as happened_at', 'e.agent_id'])
    .select([
      'e.agent_name',
      'e.tool',
      'e.environment',
      'e.summary',
      'e.action',
      'e.data',
      'e.key_id',
      'e.key_name',
    ])
    .select(['e.about', 'e.is_test', 'e.is_acknowledged'])
    .select(['a.name as acknowledged_by', 'a.source as acknowledged_via', 'a.acknowledged_at'])
}

type WithEvent = Awaited<ReturnType<ReturnType<typeof withEvents>['execute']>>[number]

function dueIn(rows: WithEvent[]): DueDelivery[] {
  return rows.map((row) => ({
    delivery: row,
    event: { ...row, id: row.event_id, created_at: row.happened_at },
  }))
}

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

/** To another destination, as if it had never been tried, only while it is as it was read and the lease holds. */
export async function moveDelivery(
  trx: Executor,
  delivery: Pick<DeliveryRow, 'id' | 'next_attempt_at'>,
  lease: { id: string; destinationId: string },
  change: Pick<DeliveryRow, 'destination_id' | 'recipient' | 'last_error' | 'next_attempt_at'>,
): Promise<void> {
  await updateAsRead(trx, [delivery])
    .set({ ...change, attempts: 0 })
    .where(isLeased(lease.id, lease.destinationId))
    .execute()
}

/** For a destination that may be told sooner now than when its deliveries were held back. */
export function endHolds(trx: Executor, destinationId: string, now: number): Promise<unknown> {
  return trx
    .updateTable('deliveries')
    .set({ next_attempt_at: now })
    .where('destination_id', '=', destinationId)
    .where('state', '=', PENDING)
    .where(OF_ANY_CLASS)
    .where('attempts', '=', 0)
    .where('next_attempt_at', '>', now)
    .execute()
}

/** What failed and is to be tried again, now or later, the earliest first. */
export function findRetrying(db: Executor, destinationId: string): Promise<DeliveryRow[]> {
  return db
    .selectFrom('deliveries as d')
    .selectAll()
    .where('d.destination_id', '=', destinationId)
    .where('d.state', '=', PENDING)
    .where('d.attempts', '>', sql.lit(0))
    .orderBy('d.id')
    .execute()
}
