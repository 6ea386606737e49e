// Reads persons as they count: everybody who was joined is one, with all their accounts, addresses and roles.

import type { AccountRow, PersonRow } from '../../db/schema.ts'
import { newId } from '../kit/ids.ts'
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

/** By the id of each row that was asked for; several may be one person. */
export async function findPeople(db: Executor, rows: PersonRow[]): Promise<Map<string, Person>> {
  const known = new Map(rows.map((row) => [row.id, row]))
  await readElders(db, known)
  const eldest = new Map(rows.map((row) => [row.id, eldestOf(row, known)]))
  const roots = [...new Set(eldest.values())]
  await readYounger(db, known, roots)
  const accounts = await store.findAccountsOf(db, [...known.keys()])
  const people = new Map(roots.map((root) => [root.id, personOf(root, [...known.values()], known, accounts)]))
  return new Map([...eldest].map(([id, root]) => [id, people.get(root.id) as Person]))
}

export async function findPerson(db: Executor, row: PersonRow): Promise<Person> {
  return (await findPeople(db, [row])).get(row.id) as Person
}

/** `id`: any text. */
export async function findPersonById(db: Executor, id: string): Promise<Person | undefined> {
  const row = await store.findPerson(db, id)
  return row && findPerson(db, row)
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

/** Each points at an elder one, so that this ends. */
async function readElders(db: Executor, known: Map<string, PersonRow>): Promise<void> {
  let rows = [...known.values()]
  while (rows.length > 0) {
    const missing = rows.flatMap(({ merged_into }) =>
      merged_into === null || known.has(merged_into) ? [] : [merged_into],
    )
    rows = await store.findPersons(db, [...new Set(missing)])
    for (const row of rows) known.set(row.id, row)
  }
}

async function readYounger(db: Executor, known: Map<string, PersonRow>, roots: PersonRow[]): Promise<void> {
  let elders = roots.map(({ id }) => id)
  while (elders.length > 0) {
    const younger = await store.findMergedInto(db, elders)
    // Whoever was joined since the first look stays who they were then.
    for (const row of younger) if (!known.has(row.id)) known.set(row.id, row)
    elders = younger.map(({ id }) => id)
  }
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
  const accounts = allAccounts.filter(({ person_id }) => ids.has(person_id))
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
