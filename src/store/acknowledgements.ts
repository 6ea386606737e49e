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
  if (numInsertedOrUpdatedRows !== 1n) return false
  await trx.updateTable('events').set({ is_acknowledged: 1 }).where('id', '=', row.event_id).execute()
  return true
}

export function findAcknowledgement(db: Executor, eventId: string): Promise<AcknowledgementRow | undefined> {
  return db.selectFrom('acknowledgements').selectAll().where('event_id', '=', eventId).executeTakeFirst()
}
