// Says which groups of reviewers somebody is in at this moment, and who is in a group.

import type { AccountRow, GroupMemberRow, GroupRow } from '../../db/schema.ts'
import { SET_BACK_MS } from '../kit/clock.ts'
import type { Executor } from '../store/database.ts'
import { findGroupsOfAccounts } from '../store/group-accounts.ts'
import * as store from '../store/groups.ts'
import { findPeople, type Person } from './persons.ts'

/** What a platform said of a group holds for so long. */
const ANSWER_TTL_MS = 10 * 60 * 1000

/** Somebody, by all that a group may know them by. */
export interface Member {
  /** All rows of the person. */
  rowIds: readonly string[]
  /** All accounts of the person, with the one that presses. */
  accounts: readonly Pick<AccountRow, 'platform' | 'tenant' | 'user_id'>[]
  /** The destination whose card was pressed; null: no card was. */
  pressedAt: string | null
}

export interface Memberships {
  /** Their ids. */
  groups: Set<string>
  /** Ids of those of which nobody knows: their platform has not answered in the last ten minutes. */
  unasked: string[]
}

/** Groups, with what one row of somebody has to do with each, whatever other rows they turn out to have. */
export interface GroupsSeen {
  groups: store.GroupFor[]
  /** undefined: they have none. */
  rowId: string | undefined
}

/** Needs nothing of whom the row belongs to, which can be found at the same time. */
export async function seeGroups(
  db: Executor,
  groupIds: readonly string[],
  rowId: string | undefined,
): Promise<GroupsSeen> {
  return { groups: await store.findGroupsFor(db, [...new Set(groupIds)], rowId ?? ''), rowId }
}

/**
 * Which of these groups somebody is in at this moment. In one of which nobody knows is nobody. Whether somebody may
 * press at all where a card was pressed is for the caller to say.
 */
export async function membershipsOf(
  db: Executor,
  seen: GroupsSeen,
  who: Member,
  now: number,
): Promise<Memberships> {
  const ofKind = (kind: string) => seen.groups.filter((row) => row.kind === kind)
  const answered = ofKind('external').filter((row) => isAnswered(row, now))
  return {
    groups: new Set([
      ...(await amongPeople(db, { ...seen, groups: ofKind('people') }, who, now)),
      ...idsOf(ofKind('destination').filter((row) => row.destination_id === who.pressedAt)),
      ...(await amongAccounts(db, answered, who)),
    ]),
    unasked: idsOf(ofKind('external').filter((row) => !answered.includes(row))),
  }
}

async function amongPeople(
  db: Executor,
  { groups, rowId }: GroupsSeen,
  who: Member,
  now: number,
): Promise<string[]> {
  if (groups.length === 0) return []
  const ids = new Set(idsOf(groups))
  const others = new Set(who.rowIds.filter((id) => id !== rowId))
  const rows = await store.findMembershipRows(db, [...others])
  return [
    ...idsOf(groups.filter((group) => group.was_added && isMember(group, now))),
    ...rows.filter((row) => ids.has(row.group_id) && isMember(row, now)).map(({ group_id }) => group_id),
  ]
}

function amongAccounts(db: Executor, groups: GroupRow[], { accounts }: Member): Promise<string[]> {
  return findGroupsOfAccounts(
    db,
    groups.flatMap(({ id }) =>
      accounts.map(({ platform, tenant, user_id }) => ({ group_id: id, platform, tenant, user_id })),
    ),
  )
}

/** Whether what its platform said of it still holds. One that was told before the clock was set back does not. */
function isAnswered({ answered_at }: GroupRow, now: number): boolean {
  return answered_at !== null && answered_at >= now - ANSWER_TTL_MS && answered_at <= now + SET_BACK_MS
}

/** Whether the time of a member is not over. */
export function isMember({ until }: Pick<GroupMemberRow, 'until'>, now: number): boolean {
  return until === null || until > now
}

/** By their names in any case, those that there are. */
export async function findGroupsByName(
  db: Executor,
  names: readonly string[],
): Promise<Pick<GroupRow, 'id' | 'name'>[]> {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  return (await store.findNamedGroups(db, [...wanted])).map(({ id, name }) => ({ id, name }))
}

/** The people of a group of people at this moment, in the order in which they were added. Of another kind nobody is listed. */
export async function findMembers(db: Executor, groupId: string, now: number): Promise<Person[]> {
  const rows = (await store.findMembersOf(db, [groupId])).filter((row) => isMember(row, now))
  const people = await peopleOf(db, rows)
  const members = rows.flatMap(({ person_id }) => people.get(person_id) ?? [])
  return [...new Map(members.map((person) => [person.id, person])).values()]
}

/** Somebody who was added to a group of people. */
export interface Added {
  groupId: string
  /** Of the eldest of those that were joined. */
  personId: string
  name: string
  /** UTC epoch milliseconds. */
  at: number
}

/** Who was added to these groups after that moment, the earliest first, also where their time is over by now. */
export async function membersAddedSince(
  db: Executor,
  groupIds: readonly string[],
  since: number,
): Promise<Added[]> {
  const rows = await store.findAddedMembers(db, [...new Set(groupIds)], since)
  const people = await peopleOf(db, rows)
  return rows.flatMap((row) => {
    const person = people.get(row.person_id)
    return person ? [{ groupId: row.group_id, personId: person.id, name: person.name, at: row.added_at }] : []
  })
}

/** By the ids of their rows. */
function peopleOf(db: Executor, rows: GroupMemberRow[]): Promise<Map<string, Person>> {
  return findPeople(
    db,
    rows.map(({ person_id }) => person_id),
  )
}

function idsOf(rows: GroupRow[]): string[] {
  return rows.map(({ id }) => id)
}
