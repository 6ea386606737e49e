// Remembers which cards stand where, so that they can be redrawn.

import { sql } from 'kysely'
import type { PostedCardRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/** Why nothing counts at a place: it was removed, or an admin switched it off; null: it counts. */
export type Closure = 'removed' | 'off' | null

/**
 * The closure of the place that a row names. One that its provider's answer switched off is none. Not by a join:
 * better-sqlite3 13 takes ten times as long over a row of two tables.
 */
export function closureOf(destinationId: string) {
  return sql<Closure>`(select case when place.deleted_at is not null then 'removed'
    when place.enabled = 0 and place.disabled_reason is null then 'off' end
    from destinations as place where place.id = ${sql.ref(destinationId)})`
}

/** A card where it stands. */
export type StandingCard = PostedCardRow & { closure: Closure }

export async function findCard(
  db: Executor,
  destinationId: string,
  handle: string,
): Promise<StandingCard | undefined> {
  return (await cardAt(db, { destinationId, handle })).rows[0]
}

const cardAt = compileOnce((db, p: { destinationId: string; handle: string }) =>
  db
    .selectFrom('posted_cards')
    .selectAll()
    .select(closureOf('posted_cards.destination_id').as('closure'))
    .where('destination_id', '=', p.destinationId)
    .where('handle', '=', p.handle),
)

/** Remembers where a card stands; harmless when it is remembered already. */
export function rememberCard(trx: Executor, row: PostedCardRow): Promise<unknown> {
  return addCard(trx, row)
}

const addCard = compileOnce((trx, row: PostedCardRow) =>
  trx
    .insertInto('posted_cards')
    .values(columns(row, 'destination_id', 'handle', 'subject_id', 'posted_at', 'whole'))
    .onConflict((c) => c.columns(['destination_id', 'handle']).doNothing()),
)

/** Whether it shows everything now. */
export function updateWhole(
  trx: Executor,
  { destination_id, handle, whole }: Pick<PostedCardRow, 'destination_id' | 'handle' | 'whole'>,
): Promise<unknown> {
  return trx
    .updateTable('posted_cards')
    .set({ whole })
    .where('destination_id', '=', destination_id)
    .where('handle', '=', handle)
    .execute()
}

export function forgetCard(trx: Executor, destinationId: string, handle: string): Promise<unknown> {
  return trx
    .deleteFrom('posted_cards')
    .where('destination_id', '=', destinationId)
    .where('handle', '=', handle)
    .execute()
}

/** The cards of an approval or an alert at a destination, each once, those that were clicked first. */
export function findCards(db: Executor, subjectId: string, destinationId: string): Promise<PostedCardRow[]> {
  return db
    .selectFrom('posted_cards as c')
    .selectAll()
    .where('c.subject_id', '=', subjectId)
    .where('c.destination_id', '=', destinationId)
    .orderBy(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('decisions as clicked')
            .select('clicked.id')
            .whereRef('clicked.approval_id', '=', 'c.subject_id')
            .whereRef('clicked.destination_id', '=', 'c.destination_id')
            .whereRef('clicked.handle', '=', 'c.handle'),
        ),
      ),
    )
    .orderBy('c.posted_at')
    .execute()
}
