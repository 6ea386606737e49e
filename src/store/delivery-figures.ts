// Counts the deliveries that fail, and those that wait behind destinations that are off.

import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import type { DestinationRow, Schema } from '../../db/schema.ts'
import type { Executor } from './database.ts'
import { DEAD, FIRST_CARD, PENDING } from './literals.ts'

/** Some destinations by their ids, and all of some channel types. */
export interface Scope {
  ids: readonly string[]
  channelTypes: readonly string[]
}

function isIn({ ids, channelTypes }: Scope) {
  return ({ or, eb }: ExpressionBuilder<Schema & { place: DestinationRow }, 'place'>) =>
    or([
      ...(ids.length > 0 ? [eb('place.id', 'in', ids)] : []),
      ...(channelTypes.length > 0 ? [eb('place.channel_type', 'in', channelTypes)] : []),
    ])
}

/** Those that wait for another try at a destination that is on, and those given up since; not those to one person alone. */
export async function failingDeliveries(
  db: Executor,
  scope: Scope,
  since: number,
): Promise<{ retrying: number; dead: number }> {
  const retrying = await db
    .selectFrom('destinations as place')
    .innerJoin('deliveries as d', 'd.destination_id', 'place.id')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('place.enabled', '=', 1)
    .where(isIn(scope))
    .where('d.state', '=', PENDING)
    .where('d.attempts', '>', sql.lit(0))
    .where('d.recipient', 'is', null)
    .executeTakeFirstOrThrow()
  const dead = await db
    .selectFrom('deliveries as d')
    .innerJoin('destinations as place', 'place.id', 'd.destination_id')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('d.state', '=', DEAD)
    .where('d.recipient', 'is', null)
    // `coalesce` keeps SQLite from going through all that was finished since, instead of the few that are dead.
    .where(sql<number>`coalesce(d.finished_at, 0)`, '>=', since)
    .where(isIn(scope))
    .executeTakeFirstOrThrow()
  return { retrying: retrying.count, dead: dead.count }
}

export interface OffDestination {
  id: string
  name: string
  /** The code for which it was switched off; null: an admin did. */
  reason: string | null
  /** Deliveries that would go if it were on. */
  waiting: number
}

function waitingIf(isOfClass: RawBuilder<unknown>) {
  return sql`select count(*) from deliveries where destination_id = place.id and state = ${PENDING} and ${isOfClass}`
}

/** By name; those that were deleted are left out. */
export function findOff(db: Executor, scope: Scope): Promise<OffDestination[]> {
  return (
    db
      .selectFrom('destinations as place')
      .select(['place.id', 'place.name', 'place.disabled_reason as reason'])
      // By the two indexes of what waits; to SQLite an OR of the classes is neither.
      .select(
        sql<number>`(${waitingIf(sql`class = ${FIRST_CARD}`)}) + (${waitingIf(sql`class > ${FIRST_CARD}`)})`.as(
          'waiting',
        ),
      )
      .where('place.enabled', '=', 0)
      .where('place.deleted_at', 'is', null)
      .where(isIn(scope))
      .orderBy('place.name')
      .orderBy('place.id')
      .execute()
  )
}
