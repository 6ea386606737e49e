// Composes what an admin sees of a group of reviewers: what it is, and who is in it.

import type { GroupMemberRow, GroupRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { findAccountsOfGroup } from '../store/group-accounts.ts'
import { findMembersOf } from '../store/groups.ts'
import { findAccountsIn } from '../store/tenants.ts'
import { findPeople, type Person } from './persons.ts'

export interface GroupView {
  row: GroupRow
  /** Of a group of people, the earliest first, also those whose time is over. */
  members: MemberView[]
  /** Of a group that a platform lists, as it said last. */
  accounts: AccountView[]
}

export interface MemberView {
  person: Person
  /** UTC epoch milliseconds; null: without an end. */
  until: number | null
  addedAt: number
  addedBy: string
}

export interface AccountView {
  userId: string
  /** Whose account it is; undefined: nobody has used it here. */
  person: Person | undefined
}

export async function viewOf(db: Executor, row: GroupRow): Promise<GroupView> {
  return { row, members: await membersOf(db, row.id), accounts: await accountsOf(db, row.id) }
}

/** Of persons who were joined since they were added, one. */
async function membersOf(db: Executor, groupId: string): Promise<MemberView[]> {
  const rows = await findMembersOf(db, [groupId])
  const ids = rows.map(({ person_id }) => person_id)
  const people = await findPeople(db, ids)
  const byPerson = Map.groupBy(rows, ({ person_id }) => people.get(person_id) as Person)
  return [...byPerson].map(([person, theirs]) => {
    const { added_at, added_by } = theirs[0] as GroupMemberRow
    return { person, until: latestOf(theirs), addedAt: added_at, addedBy: added_by }
  })
}

function latestOf(rows: GroupMemberRow[]): number | null {
  const ends = rows.flatMap(({ until }) => (until === null ? [] : [until]))
  return ends.length < rows.length ? null : Math.max(...ends)
}

async function accountsOf(db: Executor, groupId: string): Promise<AccountView[]> {
  const rows = await findAccountsOfGroup(db, groupId)
  const [first] = rows
  if (!first) return []
  // A platform answers of one tenant, whose accounts are few enough to be read whole for an admin.
  const known = await findAccountsIn(db, first.platform, first.tenant)
  const listed = new Set(rows.map(({ user_id }) => user_id))
  const holders = new Map(
    known.filter(({ user_id }) => listed.has(user_id)).map((row) => [row.user_id, row.person_id]),
  )
  const people = await findPeople(db, [...holders.values()])
  return rows.map(({ user_id }) => ({ userId: user_id, person: people.get(holders.get(user_id) ?? '') }))
}
