// Reads and writes who is in the groups of platforms, as each platform said last, and when it was asked.

import type { GroupAccountRow, GroupRow } from '../../db/schema.ts'
import { compileOncePerLength } from './compile-once.ts'
import type { Executor } from './database.ts'

/** So many rows in one statement: databases take only so many values. */
const ROWS_AT_ONCE = 1_000

/** Which of these rows there are, by the ids of their groups. */
export async function findGroupsOfAccounts(db: Executor, rows: GroupAccountRow[]): Promise<string[]> {
  if (rows.length === 0) return []
  return (await groupsOfAccounts(db, rows)).rows.map(({ group_id }) => group_id)
}

// Each whole key by itself, so that SQLite looks up each in the primary key.
const groupsOfAccounts = compileOncePerLength((db, rows: GroupAccountRow[]) =>
  db
    .selectFrom('group_accounts')
    .select('group_id')
    .where(({ or, and, eb }) =>
      or(
        rows.map((row) =>
          and([
            eb('group_id', '=', row.group_id),
            eb('platform', '=', row.platform),
            eb('tenant', '=', row.tenant),
            eb('user_id', '=', row.user_id),
          ]),
        ),
      ),
    ),
)

/** In the order of their users. */
export function findAccountsOfGroup(db: Executor, groupId: string): Promise<GroupAccountRow[]> {
  return db
    .selectFrom('group_accounts')
    .selectAll()
    .where('group_id', '=', groupId)
    .orderBy('platform')
    .orderBy('tenant')
    .orderBy('user_id')
    .execute()
}

/** When a platform is to be asked of a group again, by when it was asked last. */
export interface Due {
  answeredBefore: number
  /** Of those where the last question had no answer. */
  failedBefore: number
  /** Later is no moment that was: the clock was set back. */
  latest: number
}

/** Whoever was never asked first, and then who was asked longest ago. */
export async function findDueGroups(db: Executor, due: Due): Promise<GroupRow[]> {
  const rows = await db
    .selectFrom('groups')
    .selectAll()
    .where('kind', '=', 'external')
    .where(({ or, and, eb }) =>
      or([
        eb('asked_at', 'is', null),
        eb('asked_at', '<=', due.answeredBefore),
        eb('asked_at', '>', due.latest),
        and([eb('ask_error', 'is not', null), eb('asked_at', '<=', due.failedBefore)]),
      ]),
    )
    .execute()
  return rows.sort((one, other) => (one.asked_at ?? 0) - (other.asked_at ?? 0))
}

/** The compare-and-set: undefined when it was deleted, changed, or somebody else asks since it was read. */
export function claimQuestion(trx: Executor, group: GroupRow, now: number): Promise<GroupRow | undefined> {
  return unchanged(trx, group).set({ asked_at: now }).returningAll().executeTakeFirst()
}

/** false, and nothing written, when the question is not the last one any more. */
export async function keepAnswer(
  trx: Executor,
  asked: GroupRow,
  accounts: GroupAccountRow[],
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await unchanged(trx, asked)
    .set({ answered_at: now, ask_error: null })
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  await replaceAccounts(trx, asked.id, accounts)
  return true
}

/** What was answered before stays. Nothing happens when the question is not the last one any more. */
export function keepFailure(trx: Executor, asked: GroupRow, code: string): Promise<unknown> {
  return unchanged(trx, asked).set({ ask_error: code }).execute()
}

/** All are due at once. An answer that is on its way counts no more. */
export function askAllAgain(trx: Executor): Promise<unknown> {
  return trx.updateTable('groups').set({ asked_at: null }).where('kind', '=', 'external').execute()
}

function unchanged(trx: Executor, { id, destination_id, external_id, asked_at }: GroupRow) {
  return trx
    .updateTable('groups')
    .where('id', '=', id)
    .where('destination_id', '=', destination_id)
    .where('external_id', '=', external_id)
    .where('asked_at', asked_at === null ? 'is' : '=', asked_at)
}

/** Writes only what differs: mostly nothing does. `accounts`: each once. */
export async function replaceAccounts(
  trx: Executor,
  groupId: string,
  accounts: GroupAccountRow[],
): Promise<void> {
  const before = new Map((await findAccountsOfGroup(trx, groupId)).map((row) => [keyOf(row), row]))
  const after = new Map(accounts.map((row) => [keyOf(row), row]))
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, row]) => row)
  const come = [...after].filter(([key]) => !before.has(key)).map(([, row]) => row)
  for (let at = 0; at < gone.length; at += ROWS_AT_ONCE) {
    await deleteAccounts(trx, groupId, gone.slice(at, at + ROWS_AT_ONCE))
  }
  for (let at = 0; at < come.length; at += ROWS_AT_ONCE) {
    await insertGroupAccounts(trx, come.slice(at, at + ROWS_AT_ONCE))
  }
}

/** Mostly they are all of one tenant. */
async function deleteAccounts(trx: Executor, groupId: string, rows: GroupAccountRow[]): Promise<void> {
  const tenants = Map.groupBy(rows, ({ platform, tenant }) => JSON.stringify([platform, tenant]))
  for (const theirs of tenants.values()) {
    const { platform, tenant } = theirs[0] as GroupAccountRow
    const userIds = theirs.map(({ user_id }) => user_id)
    await trx
      .deleteFrom('group_accounts')
      .where('group_id', '=', groupId)
      .where('platform', '=', platform)
      .where('tenant', '=', tenant)
      .where('user_id', 'in', userIds)
      .execute()
  }
}

export function insertGroupAccounts(trx: Executor, rows: GroupAccountRow[]): Promise<unknown> {
  return trx.insertInto('group_accounts').values(rows).execute()
}

function keyOf({ platform, tenant, user_id }: GroupAccountRow): string {
  return JSON.stringify([platform, tenant, user_id])
}
