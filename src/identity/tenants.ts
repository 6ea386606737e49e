// Takes the accounts of a tenant along when it is called otherwise, so that everybody stays who they are.

import type { AccountRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import type { Executor } from '../store/database.ts'
import { askAllAgain } from '../store/group-accounts.ts'
import { findAccount, type KnownAccount, lockPeople, updateAccount } from '../store/persons.ts'
import * as store from '../store/tenants.ts'
import { type Doing, disable } from './disabling.ts'
import { join, joinByHand, renameVouched } from './joining.ts'
import { findPerson, findPersonById, type Person, RENAMED } from './persons.ts'

export interface Renaming {
  platform: string
  from: string
  to: string
}

/**
 * Its accounts have the new name from now on, also those that are only seen later by the old one. A user who has an
 * account under both names is one person. What was vouched of the tenant goes along. Harmless when it is repeated.
 */
export async function renameTenant(
  trx: Executor,
  { platform, from, to }: Renaming,
  now: number,
): Promise<void> {
  await lockPeople(trx)
  if ((await store.findTenantName(trx, platform, from)) === to) return
  const name = { platform, former: from, name: to }
  await store.keepTenantName(trx, name)
  const moved = await store.moveAccounts(trx, name)
  const twice = await store.findAccountsIn(trx, platform, from)
  const by = `${RENAMED}${platform}/${from}`
  for (const account of twice) await becomeOne(trx, account, to, { by, now })
  // Who is in a group was told of accounts by their former names.
  await askAllAgain(trx)
  await renameVouched(trx, { platform, from, to }, now)
  const facts = { from, to, accounts: moved + twice.length }
  const entry = { at: now, action: 'tenant.renamed', subject: `${platform}/${from}` } as const
  await record(trx, { ...entry, facts, personal: {} })
}

/** The account under the new name is kept, and both persons are one: whoever is disabled as one is disabled. */
async function becomeOne(trx: Executor, account: AccountRow, to: string, doing: Doing): Promise<void> {
  const kept = (await findAccount(trx, { ...account, tenant: to })) as KnownAccount
  const ids = [account.person_id, kept.id] as const
  const [one, other] = [await findPersonById(trx, ids[0]), await findPersonById(trx, ids[1])] as [
    Person,
    Person,
  ]
  await store.deleteAccount(trx, account)
  const { emails, email_confirmed } = account
  if (kept.emails === null) await updateAccount(trx, { ...account, tenant: to }, { emails, email_confirmed })
  if (one.id === other.id) await joinByHand(trx, one, [...ids], doing.by, doing.now)
  else await join(trx, one, other, doing.by, doing.now)
  if (one.isDisabled !== other.isDisabled) await disable(trx, [await findPerson(trx, kept)], doing)
}
