// Reads and writes which tenants are believed about which mail domains.

import type { VouchingRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'

export function findVouching(db: Executor): Promise<VouchingRow[]> {
  return db
    .selectFrom('vouching')
    .selectAll()
    .orderBy('platform')
    .orderBy('tenant')
    .orderBy('domain')
    .execute()
}

export async function replaceVouching(trx: Executor, rows: VouchingRow[]): Promise<void> {
  await trx.deleteFrom('vouching').execute()
  if (rows.length > 0) await trx.insertInto('vouching').values(rows).execute()
}
