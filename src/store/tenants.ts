// Reads and writes how tenants are called now, and moves the accounts of one to its new name.

import type { AccountRow, TenantNameRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'

type Renaming = TenantNameRow

/** undefined: it has no other name. */
export async function findTenantName(
  db: Executor,
  platform: string,
  former: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('tenant_names')
    .select('name')
    .where('platform', '=', platform)
    .where('former', '=', former)
    .executeTakeFirst()
  return row?.name
}

export function keepTenantName(trx: Executor, row: TenantNameRow): Promise<unknown> {
  return trx
    .insertInto('tenant_names')
    .values(row)
    .onConflict((c) => c.columns(['platform', 'former']).doUpdateSet({ name: row.name }))
    .execute()
}

/** Those whose user has no account under the new name. Returns how many. */
export async function moveAccounts(trx: Executor, { platform, former, name }: Renaming): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('accounts')
    .set({ tenant: name })
    .where('platform', '=', platform)
    .where('tenant', '=', former)
    .where('user_id', 'not in', (query) =>
      query
        .selectFrom('accounts as there')
        .select('there.user_id')
        .where('there.platform', '=', platform)
        .where('there.tenant', '=', name),
    )
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

export function findAccountsIn(db: Executor, platform: string, tenant: string): Promise<AccountRow[]> {
  return db
    .selectFrom('accounts')
    .selectAll()
    .where('platform', '=', platform)
    .where('tenant', '=', tenant)
    .orderBy('user_id')
    .execute()
}

export function deleteAccount(
  trx: Executor,
  { platform, tenant, user_id }: Pick<AccountRow, 'platform' | 'tenant' | 'user_id'>,
): Promise<unknown> {
  return trx
    .deleteFrom('accounts')
    .where('platform', '=', platform)
    .where('tenant', '=', tenant)
    .where('user_id', '=', user_id)
    .execute()
}
