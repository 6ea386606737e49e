// Finds which approvals were told to some of the destinations.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Schema } from '../../db/schema.ts'
import type { Executor } from './database.ts'

/** A few milliseconds' worth: so long nobody else has a turn on SQLite. */
const PAGE = 1_000

/**
 * Whether its card stands at one of these destinations, was sent there, or is to be: what was sent may be forgotten
 * before the card is. `approval` is its id in the query. Both engines look up what there is of this approval alone:
 * `coalesce` keeps them from looking for each of the destinations, and PostgreSQL would read all that was ever sent
 * there for an `exists` that holds no `union`.
 */
function isTold(approval: string, destinationIds: string[]) {
  // PostgreSQL takes no empty list.
  return destinationIds.length === 0 ? sql<boolean>`1 = 0` : isToldIn(approval, sql.join(destinationIds))
}

/** The same of the destination of a row; `destination` is its id in the query. */
export function isToldAt(approval: string, destination: string) {
  return isToldIn(approval, sql.ref(destination))
}

function isToldIn(approval: string, destinationIds: RawBuilder<unknown>) {
  const at = (table: string) => sql`select told.destination_id from ${sql.table(table)} as told
    where told.subject_id = ${sql.ref(approval)} and coalesce(told.destination_id, '') in (${destinationIds})`
  return sql<boolean>`exists (${at('deliveries')} union all ${at('posted_cards')})`
}

export async function wasToldAt(db: Executor, id: string, destinationIds: string[]): Promise<boolean> {
  const row = await db
    .selectFrom('approvals')
    .select('id')
    .where('id', '=', id)
    .where(isTold('approvals.id', destinationIds))
    .executeTakeFirst()
  return row !== undefined
}

/** What is known of one on such a page. */
export interface ToldApproval {
  id: string
  risk_level: string
  created_at: number
  expires_at: number
  closed_at: number | null
  unreached_at: number | null
  /** JSON, as in its row. */
  shadows: string | null
}

export type EndStatus = 'approved' | 'denied' | 'expired' | 'withdrawn'

/**
 * Goes through all approvals of that status, those that closed since then, the longest waiting or the first closed
 * first, and gives those told to one of these destinations; tests are left out. However many there are, others have
 * their turn between two pages.
 */
export async function* pagesOfTold(
  db: Executor,
  destinationIds: string[],
  which: { status: 'pending' } | { status: EndStatus; since: number },
): AsyncGenerator<ToldApproval[]> {
  if (destinationIds.length === 0) return
  const { status } = which
  const from =
    status === 'pending'
      ? ({ column: 'created_at', since: 0 } as const)
      : ({ column: 'closed_at', since: which.since } as const)
  const are: Are = (eb) => eb('status', '=', sql.lit(status))
  yield* pages(db, { ...from, are, isTold: isTold('page.id', destinationIds) })
}

/** The same of those asked since then to which a shadow rule would have applied, the eldest first. */
export async function* pagesOfShadowed(
  db: Executor,
  destinationIds: string[],
  since: number,
): AsyncGenerator<ToldApproval[]> {
  if (destinationIds.length === 0) return
  const are: Are = (eb) => eb('shadows', 'is not', null)
  yield* pages(db, { column: 'created_at', since, are, isTold: isTold('page.id', destinationIds) })
}

/** The same of those that closed in a time, wherever they were told. */
export function pagesOfClosed(
  db: Executor,
  { status, since, until }: { status: EndStatus; since: number; until: number },
): AsyncGenerator<ToldApproval[]> {
  const are: Are = (eb) => eb.and([eb('status', '=', sql.lit(status)), eb('closed_at', '<', until)])
  return pages(db, { column: 'closed_at', since, are, isTold: sql<boolean>`1 = 1` })
}

type Are = (eb: ExpressionBuilder<Schema, 'approvals'>) => Expression<SqlBool>

interface Wanted {
  /** By which they are in order. */
  column: 'created_at' | 'closed_at'
  since: number
  are: Are
  /** Of a row of `page`. */
  isTold: RawBuilder<boolean>
}

async function* pages(db: Executor, { column, since, are, isTold }: Wanted): AsyncGenerator<ToldApproval[]> {
  let after = { at: since, id: '' }
  for (;;) {
    const page = db
      .selectFrom('approvals')
      .select(['id', 'risk_level', 'created_at', 'expires_at', 'closed_at', 'unreached_at', 'shadows'])
      .where(are)
      .where('is_test', '=', 0)
      .where(column, '>=', after.at)
      .where(({ or, eb }) => or([eb(column, '>', after.at), eb('id', '>', after.id)]))
      .orderBy(column)
      .orderBy('id')
      .limit(PAGE)
    const rows = await db
      .selectFrom(page.as('page'))
      .selectAll()
      .select(isTold.as('isTold'))
      .orderBy(column)
      .orderBy('id')
      .execute()
    yield rows.filter((row) => row.isTold)
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = { at: last[column] as number, id: last.id }
    await nextTurn()
  }
}
