// Reads the counts and medians behind `/governance status`.

import { sql } from 'kysely'
import type { ApprovalRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'
import { CLASS, FIRST_CARD, PENDING } from './literals.ts'
import { isTold } from './told.ts'

/** Tests are left out, here and below. `told`: only what was told to one of these destinations. */
export async function countPendingByRisk(db: Executor, told?: string[]): Promise<Map<string, number>> {
  const rows = await pendingOnes(db, told)
    .select(['risk_level', ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy('risk_level')
    .execute()
  return new Map(rows.map((row) => [row.risk_level, row.count]))
}

/** The longest waiting or the next to expire first. */
export function findPending(
  db: Executor,
  told: string[],
  first: 'created_at' | 'expires_at',
  limit: number,
): Promise<ApprovalRow[]> {
  return pendingOnes(db, told).selectAll().orderBy(first).limit(limit).execute()
}

function pendingOnes(db: Executor, told?: string[]) {
  return db
    .selectFrom('approvals')
    .where('status', '=', PENDING)
    .where('is_test', '=', 0)
    .$if(told !== undefined, (query) => query.where(isTold('approvals.id', told as string[])))
}

/** Pending approvals whose card nobody has taken in time. */
export async function countUnreached(db: Executor, told?: string[]): Promise<number> {
  const { count } = await unreachedOnes(db, told)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** The longest waiting first. */
export function findUnreached(db: Executor, told: string[], limit: number): Promise<ApprovalRow[]> {
  return unreachedOnes(db, told).selectAll().orderBy('created_at').limit(limit).execute()
}

function unreachedOnes(db: Executor, told?: string[]) {
  return db
    .selectFrom('approvals')
    .where('status', '=', PENDING)
    .where('unreached_at', 'is not', null)
    .$if(told !== undefined, (query) => query.where(isTold('approvals.id', told as string[])))
}

/** How many were decided or expired since, and how long the median decision took. */
export async function decidedSince(
  db: Executor,
  told: string[],
  since: number,
): Promise<{ approved: number; denied: number; expired: number; medianMs: number | null }> {
  const { rows } = await sql<{ status: string; count: number; median: number | null }>`
    with ended as materialized (
      select status, closed_at - created_at as took from approvals
      where status in ('approved', 'denied', 'expired') and is_test = 0 and closed_at >= ${since}
      and ${isTold('approvals.id', told)}
    ), ranked as (
      select took, row_number() over (order by took) as place, count(*) over () as total
      from ended where status <> 'expired'
    )
    select status, count(*) as count,
      (select avg(took) from ranked where place in ((total + 1) / 2, (total + 2) / 2)) as median
    from ended group by status`.execute(db)
  const count = (status: string) => rows.find((row) => row.status === status)?.count ?? 0
  const medianMs = rows[0]?.median ?? null
  return {
    approved: count('approved'),
    denied: count('denied'),
    expired: count('expired'),
    // PostgreSQL returns an average as text.
    medianMs: medianMs === null ? null : Number(medianMs),
  }
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
