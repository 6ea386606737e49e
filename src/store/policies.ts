// Reads and writes the versions of the policy.

import type { PolicyRow } from '../../db/schema.ts'
import { compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/** Of the version in force; undefined: there is no policy. */
export async function latestPolicyVersion(db: Executor): Promise<number | undefined> {
  return (await latestVersion(db, {})).rows[0]?.version
}

const latestVersion = compileOnce((db) =>
  db.selectFrom('policies').select('version').orderBy('version', 'desc').limit(1),
)

export function findPolicy(db: Executor, version: number): Promise<PolicyRow | undefined> {
  return db.selectFrom('policies').selectAll().where('version', '=', version).executeTakeFirst()
}

/** false when this version is there already, also one that another process just committed. */
export async function insertPolicy(trx: Executor, row: PolicyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('policies')
    .values(row)
    .onConflict((c) => c.column('version').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}
