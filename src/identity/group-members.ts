// Adds people to a group of reviewers, with or without an end, and takes them out again.

import type { GroupMemberRow, GroupRow, PersonRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/groups.ts'
import { addressHolder } from './address-holder.ts'
import { type Doing, findByFolded } from './disabling.ts'
import { type GroupRefusal, MEMBER_DISABLED, UNTIL_IS_OVER, withoutList } from './group-refusals.ts'
import { isMember } from './membership.ts'
import { findPerson, findPersonById, type Person } from './persons.ts'

/** In a sentence. */
const MOST_NAMED = 5

export interface WantedMember {
  /** By the id, or by an address. */
  who: { personId: string } | { email: string; name?: string | undefined }
  /** Is a member until then, in UTC epoch milliseconds; null: without an end. */
  until: number | null
}

export type OnAdded = (
  trx: Executor,
  added: { groupId: string; personId: string; now: number },
) => Promise<void>

/** `group`: locked. undefined: there is no such person. */
export async function addMember(
  trx: Executor,
  group: GroupRow,
  { who, until }: WantedMember,
  { by, now }: Doing,
  onAdded: OnAdded | undefined,
): Promise<Person | { refused: GroupRefusal } | undefined> {
  if (group.kind !== 'people') return { refused: withoutList(group.name, group.kind) }
  if (until !== null && until <= now) return { refused: UNTIL_IS_OVER }
  const person = await wantedPerson(trx, who, now)
  if (!person || 'refused' in person) return person
  if (person.isDisabled) return { refused: MEMBER_DISABLED }
  const before = await rowsOf(trx, group.id, person)
  const personIds = before.map(({ person_id }) => person_id)
  const isNew = !before.some((row) => isMember(row, now))
  const added = { added_by: by, added_at: now, until }
  // A right is given to the eldest row alone, and changed in every one.
  const { id } = person.rows[0] as PersonRow
  if (before.length === 0) await store.insertMember(trx, { group_id: group.id, person_id: id, ...added })
  else await store.updateMembers(trx, group.id, personIds, isNew ? added : { until })
  await record(trx, entryOf('group.member_added', group, person, { by, until }, now))
  if (isNew) await onAdded?.(trx, { groupId: group.id, personId: person.id, now })
  return person
}

/** false: this person is none, also where their time is over. */
export async function removeMember(
  trx: Executor,
  group: GroupRow,
  person: Person,
  { by, now }: Doing,
): Promise<boolean> {
  const personIds = person.rows.map(({ id }) => id)
  if ((await store.deleteMembers(trx, group.id, personIds)) === 0) return false
  await record(trx, entryOf('group.member_removed', group, person, { by }, now))
  return true
}

/** Others who are known by this address and have accounts, but are not joined to this person. */
export async function findApart(trx: Executor, person: Person, email: string): Promise<Person[]> {
  const known = await findByFolded(trx, [email])
  return known.filter(({ id, accounts }) => id !== person.id && accounts.length > 0)
}

/** For the admin who added somebody by an address: whom they may have meant. */
export function apartNotice(apart: Person[]): string {
  const who = apart
    .slice(0, MOST_NAMED)
    .map(({ id, name }) => `"${name}" (${id})`)
    .join(', ')
  return `The same address is known of ${who}, whose accounts are not in the group: join them if they are the same person, or vouch for their tenant`
}

async function wantedPerson(
  trx: Executor,
  who: WantedMember['who'],
  now: number,
): Promise<Person | { refused: GroupRefusal } | undefined> {
  if ('personId' in who) return findPersonById(trx, who.personId)
  const holder = await addressHolder(trx, who, now)
  return 'refused' in holder ? holder : findPerson(trx, holder)
}

async function rowsOf(trx: Executor, groupId: string, { rows }: Person): Promise<GroupMemberRow[]> {
  const memberships = await store.findMembershipRows(
    trx,
    rows.map(({ id }) => id),
  )
  return memberships.filter(({ group_id }) => group_id === groupId)
}

function entryOf(
  action: 'group.member_added' | 'group.member_removed',
  group: GroupRow,
  { id, name }: Person,
  facts: Record<string, unknown>,
  at: number,
): Entry {
  return { at, action, subject: group.id, facts: { person_id: id, ...facts }, personal: { name } }
}
