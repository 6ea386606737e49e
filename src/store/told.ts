// Finds which approvals were told to some of the destinations.

import { sql } from 'kysely'
import type { Executor } from './database.ts'

/**
 * Whether its card stands at one of these destinations, was sent there, or is to be: what was sent may be forgotten
 * before the card is. `approval` is its id in the query. Both engines look up what there is of this approval alone:
 * `coalesce` keeps them from looking for each of the destinations, and PostgreSQL would read all that was ever sent
 * there for an `exists` that holds no `union`.
 */
export function isTold(approval: string, destinationIds: string[]) {
  // PostgreSQL takes no empty list.
  if (destinationIds.length === 0) return sql<boolean>`1 = 0`
  const at = (table: string) => sql`select told.destination_id from ${sql.table(table)} as told
    where told.subject_id = ${sql.ref(approval)} and coalesce(told.destination_id, '') in (${sql.join(destinationIds)})`
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
