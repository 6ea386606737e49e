// Gives an account, or what is vouched of a tenant, the name that its tenant has now.

import type { Executor } from '../store/database.ts'
import { findTenantName } from '../store/tenants.ts'
import type { Account } from './principal.ts'

/** The very same where the tenant has no other name. */
export async function renamed<Named extends Pick<Account, 'platform' | 'tenant'>>(
  db: Executor,
  named: Named,
): Promise<Named> {
  const tenant = await findTenantName(db, named.platform, named.tenant)
  return tenant === undefined ? named : { ...named, tenant }
}
