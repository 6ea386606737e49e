// Finds which approvals were told to some of the destinations.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
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
}

/**
 * Goes through all approvals of that status, those that closed since then, the longest waiting or the first closed
 * first, and gives those told to one of these destinations; tests are left out. However many there are, others have
 * their turn between two pages.
 */
export async function* pagesOfTold(
  db: Executor,
  destinationIds: string[],
  which: { status: 'pending' } | { status: 'approved' | 'denied' | 'expired'; since: number },
): AsyncGenerator<ToldApproval[]> {
  if (destinationIds.length === 0) return
  const { status } = which
  const since = status === 'pending' ? 0 : which.since
  const column = status === 'pending' ? 'created_at' : 'closed_at'
  let after = { at: since, id: '' }
  for (;;) {
    const page = db
      .selectFrom('approvals')
      .select(['id', 'risk_level', 'created_at', 'expires_at', 'closed_at', 'unreached_at'])
      .where('status', '=', sql.lit(status))
      .where('is_test', '=', 0)
      .where(column, '>=', after.at)
      .where(({ or, eb }) => or([eb(column, '>', after.at), eb('id', '>', after.id)]))
      .orderBy(column)
      .orderBy('id')
      .limit(PAGE)
    const rows = await db
      .selectFrom(page.as('page'))
      .selectAll()
      .select(isTold('page.id', destinationIds).as('isTold'))
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
