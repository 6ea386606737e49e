// Finds the accounts in groups that a platform lists, with whose they are.

import type { Executor } from './database.ts'
import type { AccountKey } from './persons.ts'

/** As the platforms said last, `limit` at most, one that is in several of the groups more than once. */
export function findListedAccounts(
  db: Executor,
  groupIds: string[],
  limit: number,
): Promise<(AccountKey & { person_id: string | null })[]> {
  if (groupIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('group_accounts as listed')
    .select(['listed.platform', 'listed.tenant', 'listed.user_id'])
    .select(({ selectFrom }) =>
      selectFrom('accounts as known')
        .select('known.person_id')
        .whereRef('known.platform', '=', 'listed.platform')
        .whereRef('known.tenant', '=', 'listed.tenant')
        .whereRef('known.user_id', '=', 'listed.user_id')
        .as('person_id'),
    )
    .where('listed.group_id', 'in', groupIds)
    .orderBy('listed.platform')
    .orderBy('listed.tenant')
    .orderBy('listed.user_id')
    .limit(limit)
    .execute()
}
