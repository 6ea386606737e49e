// Reads the figures behind `/metrics`.

import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { CLASS, FIRST_CARD, PENDING } from './literals.ts'

/** Tests are left out. */
export async function countPendingByRisk(db: Executor): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('approvals')
    .select(['risk_level', ({ fn }) => fn.countAll<number>().as('count')])
    .where('status', '=', PENDING)
    .where('is_test', '=', 0)
    .groupBy('risk_level')
    .execute()
  return new Map(rows.map((row) => [row.risk_level, row.count]))
}

/** Pending approvals whose card nobody has taken in time. */
export async function countUnreached(db: Executor): Promise<number> {
  const { count } = await db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('status', '=', PENDING)
    .where('unreached_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return count
}

/** When the delivery that waits longest became due; undefined when none waits at a destination in use. */
export async function oldestDue(db: Executor): Promise<number | undefined> {
  const oldest = await Promise.all(Object.values(CLASS).map((name) => oldestInClass(db, name)))
  return oldest.filter((due) => due !== undefined).toSorted((a, b) => a - b)[0]
}

/** One look into the index of each destination, however many wait; only of first cards, which are few, all are read. */
async function oldestInClass(db: Executor, name: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('destinations as d')
    .select(({ selectFrom }) =>
      selectFrom('deliveries')
        .select('next_attempt_at')
        .whereRef('destination_id', '=', 'd.id')
        .where('state', '=', PENDING)
        .where('class', '=', sql.lit(name))
        .$if(name !== CLASS.card, (others) => others.where('class', '>', FIRST_CARD))
        .orderBy('next_attempt_at')
        .limit(1)
        .as('due'),
    )
    .where('d.enabled', '=', 1)
    .orderBy('due', (order) => order.asc().nullsLast())
    .limit(1)
    .executeTakeFirst()
  return row?.due ?? undefined
}
