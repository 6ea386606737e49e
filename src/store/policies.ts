// Reads and writes the versions of the policy, of which the highest is in force.

import type { ApprovalRow, DestinationRow, PolicyRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/**
 * A version is never changed, so each connection reads the text of one once. The time tells it from one of the same
 * number that was seen and never committed.
 */
const texts = new WeakMap<object, Pick<PolicyRow, 'version' | 'text' | 'created_at'>>()

/** The one in force by its number and text; one cheap query as long as it stays the same. undefined: there is none. */
export async function findPolicyText(db: Executor): Promise<Pick<PolicyRow, 'version' | 'text'> | undefined> {
  const found = (await newest(db, {})).rows[0]
  if (found === undefined) return undefined
  const { version, created_at } = found
  const connection = db.getExecutor().adapter
  const known = texts.get(connection)
  if (known?.version === version && known.created_at === created_at) return known
  const row = await findPolicy(db, version)
  if (row) texts.set(connection, { version, created_at, text: row.text })
  return row
}

const newest = compileOnce((db, _: object) =>
  db.selectFrom('policies').select(['version', 'created_at']).orderBy('version', 'desc').limit(1),
)

export function findPolicy(db: Executor, version: number): Promise<PolicyRow | undefined> {
  return db.selectFrom('policies').selectAll().where('version', '=', version).executeTakeFirst()
}

export function findPolicyInForce(db: Executor): Promise<PolicyRow | undefined> {
  return db.selectFrom('policies').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst()
}

/** Without their texts, the newest first. `before`: only those of a lower number. */
export function listPolicies(
  db: Executor,
  before: number | undefined,
  limit: number,
): Promise<Omit<PolicyRow, 'text'>[]> {
  return db
    .selectFrom('policies')
    .select(['version', 'media_type', 'created_by', 'created_at'])
    .$if(before !== undefined, (query) => query.where('version', '<', before as number))
    .orderBy('version', 'desc')
    .limit(limit)
    .execute()
}

/** false when there is a version of that number already. */
export async function insertPolicy(trx: Executor, row: PolicyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('policies')
    .values(columns(row, 'version', 'text', 'media_type', 'created_by', 'created_at'))
    .onConflict((c) => c.column('version').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** How many accounts are in a group, as its platform said last. */
export async function countGroupAccounts(db: Executor, groupId: string): Promise<number> {
  const { count } = await db
    .selectFrom('group_accounts')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('group_id', '=', groupId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Of these, the ones that there are. `ids`: anybody's text. */
export function findPlaces(
  db: Executor,
  ids: string[],
): Promise<Pick<DestinationRow, 'id' | 'name' | 'channel_type'>[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('destinations')
    .select(['id', 'name', 'channel_type'])
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .execute()
}

export type ShadowedRow = Pick<ApprovalRow, 'id' | 'created_at' | 'agent_id' | 'tool' | 'status' | 'shadows'>

/** Approvals for which a shadow rule was noted, the newest first. `from`: when they were asked. */
export function findShadowed(db: Executor, from: number, limit: number): Promise<ShadowedRow[]> {
  return (
    db
      .selectFrom('approvals')
      .select(['id', 'created_at', 'agent_id', 'tool', 'status', 'shadows'])
      // As the index says it: SQLite does not find it otherwise.
      .where('shadows', 'is not', null)
      .where('created_at', '>=', from)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
  )
}
