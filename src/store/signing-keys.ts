// Stores the keys that sign receipts: one signs, and the retired ones stay for whoever reads an old receipt.

import type { SigningKeyRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/** undefined: none signs yet. */
export async function findActiveKey(db: Executor): Promise<SigningKeyRow | undefined> {
  return (await activeKey(db, {})).rows[0]
}

const activeKey = compileOnce((db) => db.selectFrom('signing_keys').selectAll().where('active', '=', 1))

/** false, and nothing written, when another one signs already, also one that another process just committed. */
export async function insertSigningKey(trx: Executor, row: SigningKeyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('signing_keys')
    .values(columns(row, 'id', 'public_key', 'sealed_private_key', 'active', 'created_at', 'retired_at'))
    .onConflict((c) => c.column('active').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** What it signed stays readable, and it signs nothing any more. Resolves with its id; undefined: none signed. */
export async function retireSigningKey(trx: Executor, now: number): Promise<string | undefined> {
  const row = await trx
    .updateTable('signing_keys')
    .set({ active: null, sealed_private_key: null, retired_at: now })
    .where('active', '=', 1)
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** As JSON, the newest first. */
export async function listPublicKeys(db: Executor): Promise<string[]> {
  const rows = await db
    .selectFrom('signing_keys')
    .select('public_key')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(({ public_key }) => public_key)
}
