// Reads the counts and medians behind `/governance status`.

import { sql } from 'kysely'
import type { ApprovalRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'
import { CLASS, DEAD, FIRST_CARD, PENDING } from './literals.ts'

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

/** Pending approvals, the longest waiting or the next to expire first. */
export function findPending(
  db: Executor,
  first: 'created_at' | 'expires_at',
  limit: number,
): Promise<ApprovalRow[]> {
  return db
    .selectFrom('approvals')
    .selectAll()
    .where('status', '=', PENDING)
    .where('is_test', '=', 0)
    .orderBy(first)
    .limit(limit)
    .execute()
}

const unreached = (db: Executor) =>
  db.selectFrom('approvals').where('status', '=', PENDING).where('unreached_at', 'is not', null)

/** Pending approvals whose card nobody has taken in time. */
export async function countUnreached(db: Executor): Promise<number> {
  const { count } = await unreached(db)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** The longest waiting first. */
export function findUnreached(db: Executor, limit: number): Promise<ApprovalRow[]> {
  return unreached(db).selectAll().orderBy('created_at').limit(limit).execute()
}

/** How many were decided since, and how long the median one took. */
export async function decidedSince(
  db: Executor,
  since: number,
): Promise<{ approved: number; denied: number; medianMs: number | null }> {
  const decided = db
    .selectFrom('approvals')
    .where('closed_at', '>=', since)
    .where('status', 'in', ['approved', 'denied'])
    .where('is_test', '=', 0)
  const counts = await decided
    .select(['status', ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const count = (status: string) => counts.find((row) => row.status === status)?.count ?? 0
  const approved = count('approved')
  const denied = count('denied')
  const total = approved + denied
  if (total === 0) return { approved, denied, medianMs: null }
  // The one in the middle, or of an even number the mean of the two.
  const middle = await decided
    .select(({ eb }) => eb('closed_at', '-', eb.ref('created_at')).as('took'))
    .orderBy('took')
    .offset(Math.floor((total - 1) / 2))
    .limit(2 - (total % 2))
    .execute()
  const medianMs = middle.reduce((sum, { took }) => sum + (took ?? 0), 0) / middle.length
  return { approved, denied, medianMs }
}

/** Deliveries that wait for another try, and those given up since. */
export async function failingDeliveries(
  db: Executor,
  since: number,
): Promise<{ retrying: number; dead: number }> {
  const deliveries = db.selectFrom('deliveries').select(({ fn }) => fn.countAll<number>().as('count'))
  const retrying = await deliveries
    .where('state', '=', PENDING)
    .where('attempts', '>', sql.lit(0))
    .executeTakeFirstOrThrow()
  const dead = await deliveries
    .where('state', '=', DEAD)
    .where('finished_at', '>=', since)
    .executeTakeFirstOrThrow()
  return { retrying: retrying.count, dead: dead.count }
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
