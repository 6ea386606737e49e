// Reads and writes groups of reviewers, and the persons in those of people.

import type { SqlBool } from 'kysely'
import type { GroupMemberRow, GroupRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { columns, compileOncePerLength } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'

/** Those of them that there are. `ids`: each once. */
export function findGroups(db: Executor, ids: readonly string[]): Promise<GroupRow[]> {
  return findGroupsFor(db, ids, '')
}

/** A group, and whether one row of a person was ever added to it, and until when. */
export type GroupFor = GroupRow & { was_added: SqlBool; until: number | null }

/** The same, with what one row of a person has to do with each. */
export async function findGroupsFor(
  db: Executor,
  ids: readonly string[],
  personId: string,
): Promise<GroupFor[]> {
  if (ids.length === 0) return []
  const wanted = ids.map((id) => ({ id, personId }))
  return (await groupsFor(db, wanted)).rows
}

const groupsFor = compileOncePerLength((db, wanted: { id: string; personId: string }[]) =>
  db
    .selectFrom('groups')
    .selectAll()
    .select(({ exists, selectFrom }) => {
      const membership = selectFrom('group_members')
        .whereRef('group_id', '=', 'groups.id')
        .where('person_id', '=', (wanted[0] as { personId: string }).personId)
      return [exists(membership.select('person_id')).as('was_added'), membership.select('until').as('until')]
    })
    .where(
      'id',
      'in',
      wanted.map(({ id }) => id),
    ),
)

/** All groups that these persons were ever added to, also where their time is over. `ids`: each once. */
export async function findMembershipRows(db: Executor, ids: readonly string[]): Promise<GroupMemberRow[]> {
  if (ids.length === 0) return []
  const persons = ids.map((person_id) => ({ person_id }))
  return (await membershipsOfPersons(db, persons)).rows
}

const membershipsOfPersons = compileOncePerLength((db, persons: Pick<GroupMemberRow, 'person_id'>[]) =>
  db
    .selectFrom('group_members')
    .selectAll()
    .where(
      'person_id',
      'in',
      persons.map(({ person_id }) => person_id),
    ),
)

/** `id` may be anybody's text. */
export async function findGroup(db: Executor, id: string): Promise<GroupRow | undefined> {
  if (!isId(id, 'grp')) return undefined
  return db.selectFrom('groups').selectAll().where('id', '=', id).executeTakeFirst()
}

/** `names`: in lower case. */
export function findNamedGroups(db: Executor, names: string[]): Promise<GroupRow[]> {
  if (names.length === 0) return Promise.resolve([])
  return db.selectFrom('groups').selectAll().where('name', 'in', names).execute()
}

/** In the order of their ids. */
export function listGroups(db: Executor, after: string | undefined, limit: number): Promise<GroupRow[]> {
  return db
    .selectFrom('groups')
    .selectAll()
    .$if(after !== undefined, (query) => query.where('id', '>', after as string))
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** false when the name is taken. */
export async function insertGroup(trx: Executor, row: GroupRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('groups')
    .values(
      columns(
        row,
        'id',
        'name',
        'kind',
        'destination_id',
        'external_id',
        'asked_at',
        'answered_at',
        'ask_error',
        'created_at',
      ),
    )
    .onConflict((c) => c.column('name').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** Waits for whoever writes of the same group, such as its members, and keeps others from doing so. SQLite has one writer. */
export async function lockGroup(trx: Executor, id: string): Promise<void> {
  if (!isOnPostgres(trx)) return
  await trx.selectFrom('groups').select('id').where('id', '=', id).forUpdate().execute()
}

export function updateGroup(trx: Executor, id: string, change: Partial<GroupRow>): Promise<unknown> {
  return trx.updateTable('groups').set(change).where('id', '=', id).execute()
}

/** With all its members; to be locked before. */
export async function deleteGroup(trx: Executor, id: string): Promise<void> {
  await trx.deleteFrom('group_accounts').where('group_id', '=', id).execute()
  await trx.deleteFrom('group_members').where('group_id', '=', id).execute()
  await trx.deleteFrom('groups').where('id', '=', id).execute()
}

/** Also those whose time is over, the earliest first. */
export function findMembersOf(db: Executor, groupIds: string[]): Promise<GroupMemberRow[]> {
  if (groupIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('group_members')
    .selectAll()
    .where('group_id', 'in', groupIds)
    .orderBy('added_at')
    .orderBy('person_id')
    .execute()
}

/** Who was added after that moment, the earliest first. */
export function findAddedMembers(db: Executor, groupIds: string[], since: number): Promise<GroupMemberRow[]> {
  if (groupIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('group_members')
    .selectAll()
    .where('group_id', 'in', groupIds)
    .where('added_at', '>', since)
    .orderBy('added_at')
    .orderBy('person_id')
    .execute()
}

export function insertMember(trx: Executor, row: GroupMemberRow): Promise<unknown> {
  return trx
    .insertInto('group_members')
    .values(columns(row, 'group_id', 'person_id', 'added_by', 'added_at', 'until'))
    .execute()
}

export function updateMembers(
  trx: Executor,
  groupId: string,
  personIds: string[],
  change: Partial<Pick<GroupMemberRow, 'added_by' | 'added_at' | 'until'>>,
): Promise<unknown> {
  return trx
    .updateTable('group_members')
    .set(change)
    .where('group_id', '=', groupId)
    .where('person_id', 'in', personIds)
    .execute()
}

/** Returns how many rows it were. */
export async function deleteMembers(trx: Executor, groupId: string, personIds: string[]): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom('group_members')
    .where('group_id', '=', groupId)
    .where('person_id', 'in', personIds)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
