// Stores who has seen to an alert: the first person who said so, and nobody after.

import type { AcknowledgementRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'

/** false when somebody was first, in whatever process. */
export async function insertAcknowledgement(trx: Executor, row: AcknowledgementRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('acknowledgements')
    .values(row)
    .onConflict((c) => c.column('event_id').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export function findAcknowledgement(db: Executor, eventId: string): Promise<AcknowledgementRow | undefined> {
  return db.selectFrom('acknowledgements').selectAll().where('event_id', '=', eventId).executeTakeFirst()
}
