// Reads and writes API keys, and finds the people behind the key that asked for an approval.

import type { Expression } from 'kysely'
import type { ApiKeyRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

export function insertApiKey(trx: Executor, row: ApiKeyRow): Promise<unknown> {
  return trx.insertInto('api_keys').values(row).execute()
}

/** `id` may be anybody's text. */
export async function findApiKey(db: Executor, id: string): Promise<ApiKeyRow | undefined> {
  return isId(id, 'key') ? (await apiKeyById(db, { id })).rows[0] : undefined
}

const apiKeyById = compileOnce((db, p: { id: string }) =>
  db.selectFrom('api_keys').selectAll().where('id', '=', p.id),
)

/** A key, with the name and address of the person whose vote it casts, and whether they were joined to an elder one. */
export type HeldKey = ApiKeyRow & {
  person_name: string | null
  person_email: string | null
  person_merged_into: string | null
}

export async function findApiKeyByHash(db: Executor, keyHash: string): Promise<HeldKey | undefined> {
  return (await apiKeyByHash(db, { keyHash })).rows[0]
}

// Without a join: better-sqlite3 13 takes ten times as long over a row of two tables.
const apiKeyByHash = compileOnce((db, p: { keyHash: string }) =>
  db
    .selectFrom('api_keys')
    .selectAll()
    .select(({ selectFrom }) => {
      const person = selectFrom('persons').whereRef('persons.id', '=', 'api_keys.person_id')
      return [
        person.select('name').as('person_name'),
        person.select('email').as('person_email'),
        person.select('merged_into').as('person_merged_into'),
      ]
    })
    .where('key_hash', '=', p.keyHash),
)

/**
 * The ids of whom the API key that asked for this approval names, who made that key, and whose keys it made. Direct
 * only: keys that have the same maker are strangers. `approvalId`: any text.
 */
export async function findAskers(db: Executor, approvalId: string): Promise<string[]> {
  if (!isId(approvalId, 'apr')) return []
  return (await askersOf(db, { approvalId })).rows.flatMap(({ person_id }) => person_id ?? [])
}

const askersOf = compileOnce((db, p: { approvalId: string }) =>
  holdersBehind(
    db,
    db.selectFrom('approvals').select('owner_key_id').where('id', '=', p.approvalId).$asScalar(),
  ),
)

/**
 * The persons of that key, of its maker, and of those that it made. By the key's id alone: the environment's key has
 * no row, and may have made others. Without a join, as above.
 */
export function holdersBehind(db: Executor, keyId: Expression<string>) {
  const maker = db.selectFrom('api_keys').select('created_by').where('id', '=', keyId)
  const holders = db.selectFrom('api_keys').select('person_id').where('person_id', 'is not', null)
  return holders
    .where('id', '=', keyId)
    .unionAll(holders.where('created_by', '=', keyId))
    .unionAll(holders.where('id', '=', maker))
}

export async function hasApiKeys(db: Executor): Promise<boolean> {
  return (await db.selectFrom('api_keys').select('id').limit(1).executeTakeFirst()) !== undefined
}

export function findApiKeys(db: Executor): Promise<ApiKeyRow[]> {
  return db.selectFrom('api_keys').selectAll().orderBy('id').execute()
}

export function updateApiKey(trx: Executor, id: string, change: Partial<ApiKeyRow>): Promise<unknown> {
  return trx.updateTable('api_keys').set(change).where('id', '=', id).execute()
}

/** Ends all keys that name one of them. Returns the ids of those that worked until now. */
export async function revokeKeysOf(trx: Executor, personIds: string[], now: number): Promise<string[]> {
  const rows = await trx
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('person_id', 'in', personIds)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** false when there is no such key or it is revoked. */
export async function replaceKeyHash(trx: Executor, id: string, keyHash: string): Promise<boolean> {
  if (!isId(id, 'key')) return false
  const { numUpdatedRows } = await trx
    .updateTable('api_keys')
    .set({ key_hash: keyHash })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
