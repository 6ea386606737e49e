// Gives an account the name that its tenant has now.

import type { Executor } from '../store/database.ts'
import { findTenantName } from '../store/tenants.ts'
import type { Account } from './principal.ts'

/** The very same where the tenant has no other name. */
export async function renamed(db: Executor, account: Account): Promise<Account> {
  const tenant = await findTenantName(db, account.platform, account.tenant)
  return tenant === undefined ? account : { ...account, tenant }
}
