// Joins persons who are one human: by an admin's hand, or by an address where an admin vouches for the tenant that tells it.

import type { AccountRow, PersonRow, VouchingRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/persons.ts'
import { findVouching, replaceVouching } from '../store/vouching.ts'
import { domainOf, exactAddress } from './addresses.ts'
import { emailsOf, findPerson, isElder, type Person, VOUCHING } from './persons.ts'
import type { Account } from './principal.ts'

type Vouched = Pick<AccountRow, 'platform' | 'tenant'>

/**
 * The younger of the two points at the elder from now on; no other value of either changes. Resolves false when they
 * are one already.
 */
export async function join(
  trx: Executor,
  one: Person,
  other: Person,
  by: string,
  now: number,
): Promise<boolean> {
  const [a, b] = [one.rows[0], other.rows[0]] as [PersonRow, PersonRow]
  if (a.id === b.id) return false
  const [elder, younger] = isElder(a, b) ? [a, b] : [b, a]
  await store.updatePersons(trx, [younger.id], { merged_into: elder.id, merged_by: by })
  const entry = { at: now, action: 'person.joined', subject: younger.id, personal: {} } as const
  await record(trx, { ...entry, facts: { into: elder.id, by } })
  return true
}

/** Sets one row back to the person that it was. `apartBy`: it is not joined again by itself from then on. */
export async function unjoin(
  trx: Executor,
  row: PersonRow,
  { by, apartBy = null }: { by: string; apartBy?: string | null },
  now: number,
): Promise<void> {
  await store.updatePersons(trx, [row.id], { merged_into: null, merged_by: apartBy })
  const entry = { at: now, action: 'person.unjoined', subject: row.id, personal: {} } as const
  await record(trx, { ...entry, facts: { from: row.merged_into, by } })
}

/** Joins the account's person to whoever has one of its addresses, where the account's tenant is vouched for. */
export async function joinVouched(
  trx: Executor,
  person: PersonRow,
  account: Pick<Account, 'platform' | 'tenant' | 'emails' | 'emailsConfirmed'>,
  now: number,
): Promise<void> {
  if (account.emails === undefined || account.emailsConfirmed !== true) return
  const vouching = await findVouching(trx)
  for (const email of account.emails) {
    const vouched = vouchingFor(vouching, account, email)
    if (vouched) await joinByAddress(trx, person, email, { vouched, vouching }, now)
  }
}

/** Joins a person whom an admin has just given this address to the accounts that are vouched to have it. */
export async function joinAddressed(trx: Executor, person: PersonRow, now: number): Promise<void> {
  if (person.email === null) return
  const vouching = await findVouching(trx)
  for (const account of vouching.length === 0 ? [] : await store.findAddressedAccounts(trx)) {
    const vouched = vouchedFor(vouching, account, person.email)
    const [other] = vouched ? await store.findPersons(trx, [account.person_id]) : []
    if (vouched && other) await joinRows(trx, other, person, vouched, now)
  }
}

/** Replaces what is vouched for. Who was joined by what is withdrawn is set back; who is vouched for now is joined. */
export async function changeVouching(trx: Executor, wanted: VouchingRow[], now: number): Promise<void> {
  const before = await findVouching(trx)
  await replaceVouching(trx, wanted)
  const kept = new Set(wanted.map(markOf))
  for (const mark of before.map(markOf).filter((one) => !kept.has(one))) {
    for (const row of await store.findMergedBy(trx, mark)) await unjoin(trx, row, { by: mark }, now)
  }
  for (const account of wanted.length === 0 ? [] : await store.findAddressedAccounts(trx)) {
    const [person] = await store.findPersons(trx, [account.person_id])
    const { platform, tenant, email_confirmed } = account
    const told = { platform, tenant, emails: emailsOf(account), emailsConfirmed: email_confirmed === 1 }
    if (person) await joinVouched(trx, person, told, now)
  }
}

async function joinByAddress(
  trx: Executor,
  person: PersonRow,
  email: string,
  { vouched, vouching }: { vouched: VouchingRow; vouching: VouchingRow[] },
  now: number,
): Promise<void> {
  const known = await store.findPersonByEmail(trx, exactAddress(email))
  if (known) await joinRows(trx, person, known, vouched, now)
  for (const account of await store.findAddressedAccounts(trx)) {
    if (account.person_id === person.id || !vouchedFor(vouching, account, email)) continue
    const [other] = await store.findPersons(trx, [account.person_id])
    if (other) await joinRows(trx, person, other, vouched, now)
  }
}

/** Not whom an admin keeps apart, nor anybody disabled: a join must not bring power back. */
async function joinRows(
  trx: Executor,
  one: PersonRow,
  other: PersonRow,
  vouched: VouchingRow,
  now: number,
): Promise<void> {
  const people = [await findPerson(trx, one), await findPerson(trx, other)] as const
  const isApart = people.some(({ rows, isDisabled }) => isDisabled || rows.some(isKeptApart))
  if (!isApart) await join(trx, ...people, markOf(vouched), now)
}

const isKeptApart = ({ merged_into, merged_by }: PersonRow) => merged_into === null && merged_by !== null

/** What vouches that this account has the address; undefined: nothing does, or it has another. */
function vouchedFor(vouching: VouchingRow[], account: AccountRow, email: string): VouchingRow | undefined {
  if (account.email_confirmed !== 1) return undefined
  const isTheirs = emailsOf(account).some((one) => exactAddress(one) === exactAddress(email))
  return isTheirs ? vouchingFor(vouching, account, email) : undefined
}

function vouchingFor(vouching: VouchingRow[], at: Vouched, email: string): VouchingRow | undefined {
  return vouching.find(
    ({ platform, tenant, domain }) =>
      platform === at.platform && tenant === at.tenant && domain === domainOf(email),
  )
}

function markOf({ platform, tenant, domain }: VouchingRow): string {
  return `${VOUCHING}${platform}/${tenant}/${domain}`
}
