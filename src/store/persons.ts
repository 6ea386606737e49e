// Reads and writes persons and the accounts by which platforms know them.

import { sql } from 'kysely'
import type { AccountRow, PersonRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { byIds, compileOnce } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'

/** Any number; nothing else of Countersign locks it. */
const PEOPLE_LOCK = 7_361_202

/**
 * Whoever changes who is one person, or disabled, does it alone until the transaction ends: each builds on what the
 * others wrote. SQLite has one writer anyway.
 */
export async function lockPeople(trx: Executor): Promise<void> {
  if (!isOnPostgres(trx)) return
  await sql`select pg_advisory_xact_lock(${PEOPLE_LOCK})`.execute(trx)
}

export type AccountKey = Pick<AccountRow, 'platform' | 'tenant' | 'user_id'>

/** The account, with the row of its person. */
export type KnownAccount = Pick<AccountRow, 'emails' | 'email_confirmed'> & PersonRow

export async function findAccount(db: Executor, account: AccountKey): Promise<KnownAccount | undefined> {
  return (await accountWithPerson(db, account)).rows[0]
}

// Without a join: better-sqlite3 13 takes ten times as long over a row of two tables.
const accountWithPerson = compileOnce((db, p: AccountKey) => {
  const account = <Column extends 'person_id' | 'emails' | 'email_confirmed'>(column: Column) =>
    db
      .selectFrom('accounts')
      .select(column)
      .where('platform', '=', p.platform)
      .where('tenant', '=', p.tenant)
      .where('user_id', '=', p.user_id)
  return db
    .selectFrom('persons')
    .selectAll()
    .select([account('emails').as('emails'), account('email_confirmed').as('email_confirmed')])
    .where('id', '=', account('person_id'))
})

export function insertAccount(trx: Executor, row: AccountRow): Promise<unknown> {
  return trx.insertInto('accounts').values(row).execute()
}

export function updateAccount(
  trx: Executor,
  { platform, tenant, user_id }: AccountKey,
  change: Pick<AccountRow, 'emails' | 'email_confirmed'>,
): Promise<unknown> {
  return trx
    .updateTable('accounts')
    .set(change)
    .where('platform', '=', platform)
    .where('tenant', '=', tenant)
    .where('user_id', '=', user_id)
    .execute()
}

/** Those of which a platform ever told an address. Few enough to be read whole, which only an admin's acts need. */
export function findAddressedAccounts(db: Executor): Promise<AccountRow[]> {
  return db.selectFrom('accounts').selectAll().where('emails', 'is not', null).execute()
}

/** `id` may be anybody's text. */
export async function findPerson(db: Executor, id: string): Promise<PersonRow | undefined> {
  return isId(id, 'per') ? (await personById(db, { id })).rows[0] : undefined
}

const personById = compileOnce((db, p: { id: string }) =>
  db.selectFrom('persons').selectAll().where('id', '=', p.id),
)

/** `email`: in lower case. */
export function findPersonByEmail(db: Executor, email: string): Promise<PersonRow | undefined> {
  return db.selectFrom('persons').selectAll().where('email', '=', email).executeTakeFirst()
}

/** A person's row, with its accounts in no order. */
export interface Kin {
  row: PersonRow
  accounts: AccountRow[]
}

/** These, and who was joined to them; somebody who is both twice. */
export async function findKin(db: Executor, ids: string[]): Promise<Kin[]> {
  return (await kin(db, ids)).map(({ theirs, ...row }) => ({ row, accounts: accountsIn(row.id, theirs) }))
}

// Not by an `or`, for which PostgreSQL may read everybody.
const kin = byIds((db, ids) => {
  const persons = db.selectFrom('persons').selectAll().select(accountsAsJson(db).as('theirs'))
  return persons.where('id', 'in', ids).unionAll(persons.where('merged_into', 'in', ids))
})

type AccountColumns = [
  platform: string,
  tenant: string,
  userId: string,
  emails: string | null,
  confirmed: number | null,
]

/** In the row of their person, which is cheaper than a statement of their own. */
function accountsAsJson(db: Executor) {
  const [list, row] = isOnPostgres(db) ? ['json_agg', 'json_build_array'] : ['json_group_array', 'json_array']
  return sql<
    string | AccountColumns[] | null
  >`(select ${sql.raw(list)}(${sql.raw(row)}(platform, tenant, user_id,
    accounts.emails, email_confirmed)) from accounts where person_id = persons.id)`
}

function accountsIn(person_id: string, json: string | AccountColumns[] | null): AccountRow[] {
  // PostgreSQL's driver has read it already.
  const rows: AccountColumns[] = typeof json === 'string' ? JSON.parse(json) : (json ?? [])
  return rows.map(([platform, tenant, user_id, emails, email_confirmed]) => ({
    platform,
    tenant,
    user_id,
    person_id,
    emails,
    email_confirmed,
  }))
}

export const findMergedInto = byIds((db, ids) =>
  db.selectFrom('persons').selectAll().where('merged_into', 'in', ids).orderBy('id'),
)

/** Everybody who was joined to somebody elder, who may have been joined too. */
export async function findElders(db: Executor): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('persons')
    .select(['id', 'merged_into'])
    .where('merged_into', 'is not', null)
    .execute()
  return new Map(rows.map(({ id, merged_into }) => [id, merged_into as string]))
}

export function findMergedBy(db: Executor, mergedBy: string): Promise<PersonRow[]> {
  return db
    .selectFrom('persons')
    .selectAll()
    .where('merged_by', '=', mergedBy)
    .where('merged_into', 'is not', null)
    .execute()
}

/** Of everybody who was joined by that mark, another one. */
export function renameMark(trx: Executor, from: string, to: string): Promise<unknown> {
  return trx.updateTable('persons').set({ merged_by: to }).where('merged_by', '=', from).execute()
}

export function findDisabledPersons(db: Executor): Promise<PersonRow[]> {
  return db.selectFrom('persons').selectAll().where('disabled_at', 'is not', null).execute()
}

/** All that have an address of their own. */
export function findAddressedPersons(db: Executor): Promise<PersonRow[]> {
  return db.selectFrom('persons').selectAll().where('email', 'is not', null).execute()
}

/** Those who are joined to nobody elder, in the order of their ids. */
export async function listPersons(
  db: Executor,
  after: string | undefined,
  limit: number,
): Promise<PersonRow[]> {
  return db
    .selectFrom('persons')
    .selectAll()
    .where('merged_into', 'is', null)
    .$if(after !== undefined, (query) => query.where('id', '>', after as string))
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** false when somebody has the address already. */
export async function insertPerson(trx: Executor, row: PersonRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('persons')
    .values(row)
    .onConflict((c) => c.column('email').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export function updatePersons(
  trx: Executor,
  ids: string[],
  change: Partial<Pick<PersonRow, 'name' | 'roles' | 'disabled_at' | 'merged_into' | 'merged_by'>>,
): Promise<unknown> {
  return trx.updateTable('persons').set(change).where('id', 'in', ids).execute()
}
