// Finds everybody who is in a group at this moment, and how a person can be reached.

import type { GroupRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { findGroups, findMembersOf } from '../store/groups.ts'
import { findListedAccounts } from '../store/listed-accounts.ts'
import { type AccountKey, findPersons } from '../store/persons.ts'
import { isMember } from './membership.ts'
import { findPeople, findPersonById, type Person } from './persons.ts'

export interface GroupPeople {
  /** Each once. */
  people: Person[]
  /** Those by which nobody of ours is known, each once. */
  accounts: AccountKey[]
}

/** A platform's groups may hold a whole company. */
const MOST_LISTED = 200

/**
 * Of groups that a platform lists, as it said last, however long ago: that somebody is told of something gives them no
 * right. Whoever is somewhere else, such as at a destination, is not listed.
 */
export async function findGroupPeople(
  db: Executor,
  groupIds: readonly string[],
  now: number,
): Promise<GroupPeople> {
  const groups = await findGroups(db, [...new Set(groupIds)])
  const members = await findMembersOf(db, idsOf(groups, 'people'))
  const listed = await findListedAccounts(db, idsOf(groups, 'external'), MOST_LISTED)
  const rowIds = [
    ...members.filter((row) => isMember(row, now)).map(({ person_id }) => person_id),
    ...listed.flatMap(({ person_id }) => person_id ?? []),
  ]
  const people = await findPeople(db, await findPersons(db, [...new Set(rowIds)]))
  const inOrder = rowIds.flatMap((id) => people.get(id) ?? [])
  return {
    people: [...new Map(inOrder.map((person) => [person.id, person])).values()],
    accounts: eachOnce(listed.filter(({ person_id }) => person_id === null)),
  }
}

/** Under which accounts and addresses platforms may know somebody. */
export interface Contacts {
  accounts: AccountKey[]
  emails: string[]
}

/** As it is known at this moment. `id`: any text. undefined: there is nobody, or they were disabled. */
export async function findContacts(db: Executor, id: string): Promise<Contacts | undefined> {
  const person = await findPersonById(db, id)
  return person && !person.isDisabled ? person : undefined
}

function idsOf(groups: GroupRow[], kind: string): string[] {
  return groups.filter((group) => group.kind === kind).map(({ id }) => id)
}

function eachOnce(listed: AccountKey[]): AccountKey[] {
  const keys = listed.map(({ platform, tenant, user_id }) => ({ platform, tenant, user_id }))
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()]
}
