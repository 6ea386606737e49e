// Reads persons as they count: everybody who was joined is one, with all their accounts, addresses and roles.

import type { AccountRow, PersonRow } from '../../db/schema.ts'
import { isId, newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/persons.ts'
import { shareAddress } from './addresses.ts'
import type { Role } from './principal.ts'

export interface Person {
  /** Of the eldest of those that were joined. */
  id: string
  /** As an admin gave it with an address, where one did: a chat's display name does not take its place. */
  name: string
  /** The eldest first, and then who was joined to them. */
  rows: PersonRow[]
  accounts: AccountRow[]
  /** All that admins and platforms gave for them. */
  emails: string[]
  roles: ReadonlySet<Role>
  isDisabled: boolean
  isJoinedByHand: boolean
}

export const VOUCHING = 'vouching:'
/** Before the former name of a tenant in which one of two accounts of one user was. */
export const RENAMED = 'renamed:'

/** Somebody new. `email`: in lower case, as an admin gave it. */
export function newPerson(
  name: string,
  { email = null, roles = [] }: { email?: string | null; roles?: Role[] },
  now: number,
): PersonRow {
  return {
    id: newId('per'),
    name,
    email,
    roles: JSON.stringify(roles),
    created_at: now,
    disabled_at: null,
    merged_into: null,
    merged_by: null,
  }
}

/** By those of the ids that name a row; several may be one person. */
export async function findPeople(db: Executor, ids: string[]): Promise<Map<string, Person>> {
  const { known, accounts } = await readFamilies(db, ids)
  const rows = [...known.values()]
  const eldest = new Map(rows.map((row) => [row.id, eldestOf(row, known)]))
  const people = new Map(
    [...new Set(eldest.values())].map((root) => [root.id, personOf(root, rows, known, accounts)]),
  )
  return new Map(
    ids.flatMap((id) => {
      const person = people.get(eldest.get(id)?.id ?? '')
      return person ? [[id, person] as const] : []
    }),
  )
}

export async function findPerson(db: Executor, row: PersonRow): Promise<Person> {
  return (await findPeople(db, [row.id])).get(row.id) as Person
}

/** `id`: any text. */
export async function findPersonById(db: Executor, id: string): Promise<Person | undefined> {
  return isId(id, 'per') ? (await findPeople(db, [id])).get(id) : undefined
}

/**
 * Whether they are one human for all that takes power away: joined, or known by one address. A different spelling
 * makes nobody another.
 */
export function isSamePerson(one: Person, other: Person): boolean {
  return one.id === other.id || shareAddress(one.emails, other.emails)
}

export function emailsOf({ emails }: Pick<AccountRow, 'emails'>): string[] {
  return emails === null ? [] : JSON.parse(emails)
}

/**
 * They, and everybody elder or younger to whom they are joined, with their accounts. Mostly nobody is, and one look
 * suffices.
 */
async function readFamilies(
  db: Executor,
  ids: string[],
): Promise<{ known: Map<string, PersonRow>; accounts: AccountRow[] }> {
  const known = new Map<string, PersonRow>()
  const accounts: AccountRow[] = []
  const looked = new Set<string>()
  let news = [...new Set(ids)]
  while (news.length > 0) {
    for (const id of news) looked.add(id)
    const found = await store.findKin(db, news)
    for (const { row, accounts: theirs } of found) {
      // Whoever was joined since the first look stays who they were then.
      if (known.has(row.id)) continue
      known.set(row.id, row)
      accounts.push(...theirs)
    }
    const related = found.flatMap(({ row: { id, merged_into } }) => [
      id,
      ...(merged_into === null ? [] : [merged_into]),
    ])
    news = [...new Set(related)].filter((id) => !looked.has(id))
  }
  return { known, accounts }
}

function eldestOf(row: PersonRow, known: ReadonlyMap<string, PersonRow>): PersonRow {
  const elder = row.merged_into === null ? undefined : known.get(row.merged_into)
  return elder ? eldestOf(elder, known) : row
}

function personOf(
  root: PersonRow,
  candidates: PersonRow[],
  known: ReadonlyMap<string, PersonRow>,
  allAccounts: AccountRow[],
): Person {
  const rows = candidates.filter((row) => eldestOf(row, known) === root)
  rows.sort((a, b) => (isElder(a, b) ? -1 : 1))
  const ids = new Set(rows.map(({ id }) => id))
  const accounts = allAccounts.filter(({ person_id }) => ids.has(person_id)).sort(byName)
  const given = rows.flatMap(({ email }) => (email === null ? [] : [email]))
  return {
    id: root.id,
    name: namedRow(rows).name,
    rows,
    accounts,
    emails: [...new Set([...given, ...accounts.flatMap(emailsOf)])],
    roles: new Set(rows.flatMap(({ roles }) => JSON.parse(roles) as Role[])),
    isDisabled: rows.some(({ disabled_at }) => disabled_at !== null),
    isJoinedByHand: rows.some((row) => row.merged_into !== null && !isJoinedByItself(row)),
  }
}

function byName(one: AccountRow, other: AccountRow): number {
  const [a, b] = [one, other].map(({ platform, tenant, user_id }) => [platform, tenant, user_id].join('\0'))
  return (a as string) < (b as string) ? -1 : 1
}

/** Whether no admin's hand joined it to its elder. */
export function isJoinedByItself({ merged_by }: PersonRow): boolean {
  return [VOUCHING, RENAMED].some((mark) => merged_by?.startsWith(mark))
}

/** The row whose name is the person's. `rows`: the eldest first. */
export function namedRow(rows: PersonRow[]): PersonRow {
  return rows.find(({ email }) => email !== null) ?? (rows[0] as PersonRow)
}

/** A total order, so that two processes agree who points at whom. */
export function isElder(one: PersonRow, other: PersonRow): boolean {
  return one.created_at === other.created_at ? one.id < other.id : one.created_at < other.created_at
}
