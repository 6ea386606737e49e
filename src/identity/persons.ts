// Who clicked? Resolves an account to a person, and makes one of somebody new.

import type { PersonRow } from '../../db/schema.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/people.ts'

/** An account as its platform names it. */
export interface Account {
  platform: string
  tenant: string
  userId: string
  name: string
}

export function findPerson(db: Executor, account: Account): Promise<PersonRow | undefined> {
  return store.findPersonByAccount(db, accountKey(account))
}

export function isReviewer(person: PersonRow): boolean {
  return (JSON.parse(person.roles) as string[]).includes('reviewer')
}

/** The person behind the account, made now when nobody has it; two processes agree on one. */
export async function ensurePerson(trx: Executor, account: Account, now: number): Promise<PersonRow> {
  const known = await findPerson(trx, account)
  if (known) return known
  const person: PersonRow = {
    id: newId('per'),
    name: account.name,
    email: null,
    roles: '[]',
    created_at: now,
  }
  await store.insertPerson(trx, person)
  if (await store.insertAccount(trx, { ...accountKey(account), person_id: person.id })) return person
  await store.deletePerson(trx, person.id)
  return ensurePerson(trx, account, now)
}

/**
 * The person with this e-mail, from now on a reviewer under this name, with an account on `surface` whose user is
 * the person.
 */
export async function saveReviewer(
  trx: Executor,
  { name, email }: { name: string; email: string },
  surface: string,
  now: number,
): Promise<PersonRow> {
  const person = await store.savePersonByEmail(trx, {
    id: newId('per'),
    name,
    email: email.toLowerCase(),
    roles: JSON.stringify(['reviewer']),
    created_at: now,
  })
  const account = accountKey({ platform: surface, tenant: '', userId: person.id, name })
  await store.insertAccount(trx, { ...account, person_id: person.id })
  return person
}

function accountKey({ platform, tenant, userId }: Account): store.AccountKey {
  return { platform, tenant, user_id: userId }
}
