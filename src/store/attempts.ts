// Stores how each try of a delivery went, as a log for admins.

import type { DeliveryAttemptRow } from '../../db/schema.ts'
import { columns, compileOncePerLength } from './compile-once.ts'
import type { Executor } from './database.ts'

export async function insertAttempts(trx: Executor, rows: DeliveryAttemptRow[]): Promise<void> {
  if (rows.length > 0) await addAttempts(trx, rows)
}

const addAttempts = compileOncePerLength((trx, rows: DeliveryAttemptRow[]) =>
  trx
    .insertInto('delivery_attempts')
    .values(rows.map((row) => columns(row, 'id', 'delivery_id', 'at', 'took_ms', 'code', 'excerpt'))),
)

/** The earliest first. */
export function findAttempts(db: Executor, deliveryId: string): Promise<DeliveryAttemptRow[]> {
  return db
    .selectFrom('delivery_attempts')
    .selectAll()
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .execute()
}
