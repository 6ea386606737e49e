// Finds everybody who is in a group at this moment, and how a person can be reached.

import type { GroupRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { findGroups, findMembersOf } from '../store/groups.ts'
import { findListedAccounts, type ListedAccount } from '../store/listed-accounts.ts'
import type { AccountKey } from '../store/persons.ts'
import { isMember } from './membership.ts'
import { findPeople, findPersonById, type Person } from './persons.ts'

export interface GroupPeople {
  people: Person[]
  /** Those by which nobody of ours is known. */
  accounts: AccountKey[]
}

/** So many are looked at together. */
const PAGE = 200
/** A platform's groups may hold a whole company; whoever reads on after so many is told of no more. */
const MOST_LISTED = 10_000

/**
 * In pages, so that whoever looks for some of them reads no more than it needs; everybody is there once. Of groups that
 * a platform lists, as it said last, however long ago: that somebody is told of something gives them no right. Whoever
 * is somewhere else, such as at a destination, is not listed.
 */
export async function* groupPeople(
  db: Executor,
  groupIds: readonly string[],
  now: number,
): AsyncGenerator<GroupPeople> {
  const groups = await findGroups(db, [...new Set(groupIds)])
  const seen = new Set<string>()
  const members = await findMembersOf(db, idsOf(groups, 'people'))
  const rowIds = members.filter((row) => isMember(row, now)).map(({ person_id }) => person_id)
  for (let from = 0; from < rowIds.length; from += PAGE) {
    yield { people: await peopleOf(db, rowIds.slice(from, from + PAGE), seen), accounts: [] }
  }
  let last: ListedAccount | undefined
  for (let read = 0; read < MOST_LISTED; read += PAGE) {
    const listed = await findListedAccounts(db, idsOf(groups, 'external'), last, PAGE)
    const known = listed.flatMap(({ person_id }) => person_id ?? [])
    const unknown = listed.filter(({ person_id }) => person_id === null)
    yield { people: await peopleOf(db, known, seen), accounts: unknown.map(keyOf) }
    last = listed.at(-1)
    if (listed.length < PAGE) return
  }
}

/** Those who were not seen before. */
async function peopleOf(db: Executor, rowIds: string[], seen: Set<string>): Promise<Person[]> {
  const people = await findPeople(db, [...new Set(rowIds)])
  return rowIds.flatMap((rowId) => {
    const person = people.get(rowId)
    if (!person || seen.has(person.id)) return []
    seen.add(person.id)
    return [person]
  })
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

function keyOf({ platform, tenant, user_id }: AccountKey): AccountKey {
  return { platform, tenant, user_id }
}
