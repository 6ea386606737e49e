// Keeps the accounts of people: whose an account is, made now if it is nobody's, and what its platform says of it.

import type { PersonRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/persons.ts'
import { shareAddress } from './addresses.ts'
import { joinVouched, leaveVouched } from './joining.ts'
import { findPeople, findPerson, newPerson } from './persons.ts'
import { type Account, type AccountPrincipal, nameOf, type Principal } from './principal.ts'
import { renamed } from './tenant-name.ts'

/** The row of the person who acts, as it is known; undefined for an account that was never seen. */
export type Actor = PersonRow | store.KnownAccount | undefined

export interface KeptActor {
  /** Of the row that the account or the key names: it stays what it is when people are joined or separated. */
  rowId: string
  /** Of the person: of the eldest where some were joined. */
  personId: string
}

export async function findActor(db: Executor, principal: Principal): Promise<Actor> {
  if (principal.kind === 'key') {
    return principal.person && store.findPerson(db, principal.person.id)
  }
  const { account } = principal
  return (await store.findAccount(db, keyOf(account))) ?? (await findRenamed(db, account))
}

/** It may be named as its tenant was called before. */
async function findRenamed(db: Executor, account: Account): Promise<Actor> {
  const now = await renamed(db, account)
  return now === account ? undefined : store.findAccount(db, keyOf(now))
}

/**
 * Whether an admin has disabled who acts. An account that is new, or has another address than before, is looked up
 * among the addresses of those who are disabled.
 */
export async function isDisabled(db: Executor, principal: Principal, actor: Actor): Promise<boolean> {
  if (actor && actor.disabled_at !== null) return true
  if (principal.kind === 'key') return false
  const { emails } = principal.account
  return emails !== undefined && isNews(principal.account, actor) && isOfDisabled(db, emails)
}

/**
 * The person behind who acts, made now when nobody has the account; two processes agree on one. Keeps what the
 * platform says of the account's addresses, and joins it to others where an admin has vouched for them. undefined:
 * they were disabled meanwhile.
 */
export async function keepActor(
  trx: Executor,
  principal: Principal,
  actor: Actor,
  now: number,
): Promise<KeptActor | undefined> {
  const row = principal.kind === 'key' ? actor : await keepAccount(trx, principal, actor, now)
  if (row === 'disabled') return undefined
  if (!row) throw new Error(`the key ${principal.id} names no person`)
  return { rowId: row.id, personId: await personIdOf(trx, row) }
}

/**
 * The person behind who presses where it counts in which groups they are: an account that is new, or has another
 * address than before, is kept now, so that it is joined to whom an admin knows by that address. Of who is disabled,
 * or no full member, nothing changes.
 */
export async function settledActor(
  trx: Executor,
  principal: Principal,
  actor: Actor,
  now: number,
): Promise<Actor> {
  if (principal.kind === 'key' || principal.standing !== 'member') return actor
  const kept = await keepAccount(trx, principal, actor, now)
  return kept === 'disabled' ? actor : kept
}

/** The id of the eldest where some were joined. */
export async function personIdOf(db: Executor, row: PersonRow): Promise<string> {
  return row.merged_into === null ? row.id : (await findPerson(db, row)).id
}

async function keepAccount(
  trx: Executor,
  principal: AccountPrincipal,
  actor: Actor,
  now: number,
): Promise<Actor | 'disabled'> {
  if (actor && !isNews(principal.account, actor)) return actor
  await store.lockPeople(trx)
  const account = await renamed(trx, principal.account)
  // As another process left it that was here before.
  const known = await store.findAccount(trx, keyOf(account))
  if (await isDisabled(trx, principal, known)) return 'disabled'
  const row = known ?? (await addAccount(trx, account, nameOf(principal), now))
  if (known) {
    await store.updateAccount(trx, keyOf(account), addressesOf(account))
    await leaveVouched(trx, known, account, now)
  }
  await joinVouched(trx, row, account, now)
  return store.findPerson(trx, row.id)
}

async function addAccount(trx: Executor, account: Account, name: string, now: number): Promise<PersonRow> {
  const person = newPerson(name, {}, now)
  await store.insertPerson(trx, person)
  await store.insertAccount(trx, { ...keyOf(account), person_id: person.id, ...addressesOf(account) })
  return person
}

/** Whether the platform says something else of its addresses than what is kept; silence is no news. */
function isNews(account: Account, known: Actor): boolean {
  if (!known || !('emails' in known)) return true
  const { emails, email_confirmed } = addressesOf(account)
  return emails !== null && (emails !== known.emails || email_confirmed !== known.email_confirmed)
}

/** Whether a person who is disabled has one of these addresses, in whatever spelling. */
export async function isOfDisabled(db: Executor, emails: string[]): Promise<boolean> {
  const disabled = await store.findDisabledPersons(db)
  if (disabled.length === 0) return false
  const people = await findPeople(
    db,
    disabled.map(({ id }) => id),
  )
  return [...people.values()].some((person) => shareAddress(emails, person.emails))
}

function addressesOf({ emails, emailsConfirmed }: Account) {
  return {
    emails: emails === undefined ? null : JSON.stringify(emails),
    email_confirmed: emails === undefined ? null : Number(emailsConfirmed === true),
  }
}

/** The account that acts, as it is kept; none for a key. */
export function accountKeysOf(principal: Principal): store.AccountKey[] {
  return principal.kind === 'key' ? [] : [keyOf(principal.account)]
}

function keyOf({ platform, tenant, userId }: Account): store.AccountKey {
  return { platform, tenant, user_id: userId }
}
