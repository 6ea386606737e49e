// Who is a person, and by which accounts and keys are they known?

import type { AccountRow, ApiKeyRow, PersonRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

export type AccountKey = Omit<AccountRow, 'person_id'>

export async function findPersonByAccount(db: Executor, account: AccountKey): Promise<PersonRow | undefined> {
  return (await personByAccount(db, account)).rows[0]
}

// A subquery, which costs SQLite a third of the join.
const personByAccount = compileOnce((db, p: AccountKey) =>
  db
    .selectFrom('persons')
    .selectAll()
    .where('id', '=', ({ selectFrom }) =>
      selectFrom('accounts')
        .select('person_id')
        .where('platform', '=', p.platform)
        .where('tenant', '=', p.tenant)
        .where('user_id', '=', p.user_id),
    ),
)

export function findPerson(db: Executor, id: string): Promise<PersonRow | undefined> {
  return db.selectFrom('persons').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Creates the person, or changes name and roles of the one who has the e-mail; returns whoever is there now. */
export function savePersonByEmail(trx: Executor, row: PersonRow): Promise<PersonRow> {
  return trx
    .insertInto('persons')
    .values(row)
    .onConflict((c) => c.column('email').doUpdateSet({ name: row.name, roles: row.roles }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function insertPerson(trx: Executor, row: PersonRow): Promise<unknown> {
  return trx.insertInto('persons').values(row).execute()
}

/** false when the account belongs to somebody already. */
export async function insertAccount(trx: Executor, row: AccountRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('accounts')
    .values(row)
    .onConflict((c) => c.columns(['platform', 'tenant', 'user_id']).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export function deletePerson(trx: Executor, id: string): Promise<unknown> {
  return trx.deleteFrom('persons').where('id', '=', id).execute()
}

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

/** The person whose vote the API key casts that asked for this approval, if it names one. `approvalId`: any text. */
export async function findRequester(db: Executor, approvalId: string): Promise<PersonRow | undefined> {
  return isId(approvalId, 'apr') ? (await requesterOf(db, { approvalId })).rows[0] : undefined
}

const requesterOf = compileOnce((db, p: { approvalId: string }) =>
  db
    .selectFrom('persons')
    .selectAll()
    .where('id', '=', ({ selectFrom }) =>
      selectFrom('api_keys')
        .select('person_id')
        .where('id', '=', ({ selectFrom }) =>
          selectFrom('approvals').select('owner_key_id').where('id', '=', p.approvalId),
        ),
    ),
)

export async function findApiKeyByHash(db: Executor, keyHash: string): Promise<ApiKeyRow | undefined> {
  return (await apiKeyByHash(db, { keyHash })).rows[0]
}

const apiKeyByHash = compileOnce((db, p: { keyHash: string }) =>
  db.selectFrom('api_keys').selectAll().where('key_hash', '=', p.keyHash),
)

export async function hasApiKeys(db: Executor): Promise<boolean> {
  return (await db.selectFrom('api_keys').select('id').limit(1).executeTakeFirst()) !== undefined
}

export function findApiKeys(db: Executor): Promise<ApiKeyRow[]> {
  return db.selectFrom('api_keys').selectAll().orderBy('id').execute()
}

export function revokeApiKey(trx: Executor, id: string, now: number): Promise<unknown> {
  return trx.updateTable('api_keys').set({ revoked_at: now }).where('id', '=', id).execute()
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

export async function hasWorkingKeys(db: Executor, personId: string): Promise<boolean> {
  const row = await db
    .selectFrom('api_keys')
    .select('id')
    .where('person_id', '=', personId)
    .where('revoked_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export function setPersonRoles(trx: Executor, id: string, roles: string): Promise<unknown> {
  return trx.updateTable('persons').set({ roles }).where('id', '=', id).execute()
}
