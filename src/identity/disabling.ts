// Disables people with everybody who is known by one of their addresses, and enables them again.

import { type Entry, record } from '../audit/append.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/persons.ts'
import { foldedAddress, shareAddress } from './addresses.ts'
import { revokeKeysOf } from './api-keys.ts'
import { emailsOf, findPeople, type Person } from './persons.ts'

/** `by`: the key that asks, the command line, or why it happens by itself. */
export interface Doing {
  by: string
  now: number
}

/**
 * With all that are known by one of their addresses: a second account must not vote on. Each once; harmless for those
 * who are disabled already.
 */
export async function disable(trx: Executor, people: Person[], { by, now }: Doing): Promise<void> {
  const sharing = await findByFolded(
    trx,
    people.flatMap(({ emails }) => emails),
  )
  for (const person of distinct([...people, ...sharing])) {
    const ids = person.rows.map(({ id }) => id)
    const keys = await revokeKeysOf(trx, ids, by, now)
    const enabled = person.rows.filter(({ disabled_at }) => disabled_at === null).map(({ id }) => id)
    if (enabled.length === 0) continue
    await store.updatePersons(trx, enabled, { disabled_at: now })
    await record(trx, standingEntry('person.disabled', person, { by, keys }, now))
  }
}

/** With all whom `disable` disables with them. */
export async function enable(trx: Executor, person: Person, { by, now }: Doing): Promise<void> {
  const sharing = await findByFolded(trx, person.emails)
  for (const one of distinct([person, ...sharing]).filter(({ isDisabled }) => isDisabled)) {
    const ids = one.rows.map(({ id }) => id)
    await store.updatePersons(trx, ids, { disabled_at: null })
    await record(trx, standingEntry('person.enabled', one, { by }, now))
  }
}

/** Everybody who has one of these addresses in some spelling; read whole, which is done only when somebody is disabled. */
export async function findByFolded(trx: Executor, emails: string[]): Promise<Person[]> {
  if (emails.length === 0) return []
  const folded = new Set(emails.map(foldedAddress))
  const rows = (await store.findAddressedPersons(trx)).filter(({ email }) =>
    folded.has(foldedAddress(email ?? '')),
  )
  const accounts = (await store.findAddressedAccounts(trx)).filter((one) =>
    shareAddress(emailsOf(one), emails),
  )
  const ids = [...rows.map(({ id }) => id), ...accounts.map(({ person_id }) => person_id)]
  return distinct([...(await findPeople(trx, ids)).values()])
}

function distinct(people: Person[]): Person[] {
  return [...new Map(people.map((person) => [person.id, person])).values()]
}

function standingEntry(
  action: 'person.disabled' | 'person.enabled',
  { id }: Person,
  facts: Record<string, unknown>,
  at: number,
): Entry {
  return { at, action, subject: id, facts, personal: {} }
}
