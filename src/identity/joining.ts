// Joins persons who are one human: by an admin's hand, or by an address where an admin vouches for the tenant that tells it.

import type { AccountRow, PersonRow, VouchingRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import type { Executor } from '../store/database.ts'
import * as store from '../store/persons.ts'
import { findVouching, replaceVouching } from '../store/vouching.ts'
import { domainOf, exactAddress } from './addresses.ts'
import { emailsOf, findPersonById, isElder, isJoinedByItself, type Person, VOUCHING } from './persons.ts'
import type { Account } from './principal.ts'
import { renamed } from './tenant-name.ts'

type Vouched = Pick<AccountRow, 'platform' | 'tenant'>

/**
 * The younger of the two points at the elder from now on; no other value of either changes. Harmless when they
 * are one already.
 */
export async function join(
  trx: Executor,
  one: Person,
  other: Person,
  by: string,
  now: number,
): Promise<void> {
  const [a, b] = [one.rows[0], other.rows[0]] as [PersonRow, PersonRow]
  if (a.id === b.id) return
  const [elder, younger] = isElder(a, b) ? [a, b] : [b, a]
  await point(trx, younger.id, elder.id, by, now)
}

/** Says for good what was so by itself: those two rows of a person are one, whatever is withdrawn. */
export async function joinByHand(
  trx: Executor,
  { rows }: Person,
  ids: string[],
  by: string,
  now: number,
): Promise<void> {
  const rowOf = (id: string | null) => rows.find((row) => row.id === id)
  for (const id of ids) {
    for (let row = rowOf(id); row?.merged_into; row = rowOf(row.merged_into)) {
      if (!isJoinedByItself(row)) continue
      await point(trx, row.id, row.merged_into, by, now)
    }
  }
}

/** By whom a row points at its elder, from now on and on record. */
async function point(trx: Executor, id: string, into: string, by: string, now: number): Promise<void> {
  await store.updatePersons(trx, [id], { merged_into: into, merged_by: by })
  const entry = { at: now, action: 'person.joined', subject: id, personal: {} } as const
  await record(trx, { ...entry, facts: { into, by } })
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
  { platform, tenant, emails, emailsConfirmed }: Account,
  now: number,
): Promise<void> {
  if (emails === undefined || emailsConfirmed !== true) return
  const vouching = await findVouching(trx)
  const vouched = emails.flatMap((email) => {
    const by = vouchingFor(vouching, { platform, tenant }, email)
    return by ? [{ email, by }] : []
  })
  if (vouched.length === 0) return
  const holders = await findHolders(trx, vouching)
  for (const { email, by } of vouched) {
    await joinHolders(trx, { personId: person.id, by }, exactAddress(email), holders, now)
  }
}

/** Sets back who was joined by an address that the account no longer has. */
export async function leaveVouched(
  trx: Executor,
  { id, emails }: store.KnownAccount,
  account: Account,
  now: number,
): Promise<void> {
  const kept = new Set(account.emailsConfirmed === true ? account.emails?.map(exactAddress) : [])
  const lost = emailsOf({ emails }).filter((email) => !kept.has(exactAddress(email)))
  const { platform, tenant } = account
  const marks = new Set(lost.map((email) => markOf({ platform, tenant, domain: domainOf(email) })))
  const rows = [await store.findPerson(trx, id), ...(await store.findMergedInto(trx, [id]))]
  const leaving = rows.filter((row) => row?.merged_into && marks.has(row.merged_by ?? '')) as PersonRow[]
  if (leaving.length === 0) return
  for (const row of leaving) await unjoin(trx, row, { by: row.merged_by as string }, now)
  // What still holds by another account is joined again.
  await joinAll(trx, await findVouching(trx), now)
}

/** Joins a person whom an admin has just given this address to the accounts that are vouched to have it. */
export async function joinAddressed(trx: Executor, person: PersonRow, now: number): Promise<void> {
  const vouching = await findVouching(trx)
  if (person.email === null || vouching.length === 0) return
  for (const { personId, by } of (await findHolders(trx, vouching)).get(exactAddress(person.email)) ?? []) {
    await joinRows(trx, personId, person.id, by, now)
  }
}

/**
 * Replaces what is vouched for, by the names that tenants have now. Who was joined by what is withdrawn is set back;
 * who is vouched for now is joined.
 */
export async function changeVouching(trx: Executor, given: VouchingRow[], now: number): Promise<void> {
  const before = await findVouching(trx)
  const named: VouchingRow[] = []
  for (const row of given) named.push(await renamed(trx, row))
  const wanted = distinct(named)
  await replaceVouching(trx, wanted)
  const kept = new Set(wanted.map(markOf))
  for (const mark of before.map(markOf).filter((one) => !kept.has(one))) {
    for (const row of await store.findMergedBy(trx, mark)) await unjoin(trx, row, { by: mark }, now)
  }
  await joinAll(trx, wanted, now)
}

/** What was vouched of a tenant is vouched of it by its new name. */
export async function renameVouched(
  trx: Executor,
  { platform, from, to }: { platform: string; from: string; to: string },
  now: number,
): Promise<void> {
  const vouching = await findVouching(trx)
  const isTheirs = (row: VouchingRow) => row.platform === platform && row.tenant === from
  const theirs = vouching.filter(isTheirs)
  if (theirs.length === 0) return
  const moved = theirs.map((row) => ({ ...row, tenant: to }))
  const others = vouching.filter((row) => !isTheirs(row))
  const wanted = distinct([...others, ...moved])
  await replaceVouching(trx, wanted)
  for (const row of theirs) await store.renameMark(trx, markOf(row), markOf({ ...row, tenant: to }))
  await joinAll(trx, wanted, now)
}

function distinct(rows: VouchingRow[]): VouchingRow[] {
  return [...new Map(rows.map((row) => [markOf(row), row])).values()]
}

async function joinAll(trx: Executor, vouching: VouchingRow[], now: number): Promise<void> {
  if (vouching.length === 0) return
  const holders = await findHolders(trx, vouching)
  for (const [address, some] of holders) {
    for (const holder of some) await joinHolders(trx, holder, address, holders, now)
  }
}

/** A person with an account that is vouched to have an address. */
interface Holder {
  personId: string
  by: VouchingRow
}

/** All accounts are read once, by exact address: who changes what is vouched for may touch every one of them. */
async function findHolders(trx: Executor, vouching: VouchingRow[]): Promise<Map<string, Holder[]>> {
  const holders = (await store.findAddressedAccounts(trx)).flatMap((account) =>
    account.email_confirmed !== 1
      ? []
      : emailsOf(account).flatMap((email) => {
          const by = vouchingFor(vouching, account, email)
          return by ? [{ address: exactAddress(email), personId: account.person_id, by }] : []
        }),
  )
  return Map.groupBy(holders, ({ address }) => address)
}

async function joinHolders(
  trx: Executor,
  { personId, by }: Holder,
  address: string,
  holders: Map<string, Holder[]>,
  now: number,
): Promise<void> {
  const known = await store.findPersonByEmail(trx, address)
  if (known) await joinRows(trx, personId, known.id, by, now)
  for (const other of holders.get(address) ?? []) {
    if (other.personId !== personId) await joinRows(trx, personId, other.personId, by, now)
  }
}

/** Not whom an admin keeps apart, nor anybody disabled: a join must not bring power back. */
async function joinRows(
  trx: Executor,
  oneId: string,
  otherId: string,
  vouched: VouchingRow,
  now: number,
): Promise<void> {
  const [one, other] = [await findPersonById(trx, oneId), await findPersonById(trx, otherId)]
  if (!one || !other) return
  const isApart = [one, other].some(({ rows, isDisabled }) => isDisabled || rows.some(isKeptApart))
  if (!isApart) await join(trx, one, other, markOf(vouched), now)
}

const isKeptApart = ({ merged_into, merged_by }: PersonRow) => merged_into === null && merged_by !== null

function vouchingFor(vouching: VouchingRow[], at: Vouched, email: string): VouchingRow | undefined {
  return vouching.find(
    ({ platform, tenant, domain }) =>
      platform === at.platform && tenant === at.tenant && domain === domainOf(email),
  )
}

function markOf({ platform, tenant, domain }: VouchingRow): string {
  return `${VOUCHING}${platform}/${tenant}/${domain}`
}
