// Finds the accounts in groups that a platform lists, with whose they are.

import type { Executor } from './database.ts'
import type { AccountKey } from './persons.ts'

export type ListedAccount = AccountKey & { person_id: string | null }

/** As the platforms said last, each once, `limit` at most. `after`: the last of the page before. */
export function findListedAccounts(
  db: Executor,
  groupIds: string[],
  after: AccountKey | undefined,
  limit: number,
): Promise<ListedAccount[]> {
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
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('listed.platform', 'listed.tenant', 'listed.user_id'),
          '>',
          tuple(after?.platform ?? '', after?.tenant ?? '', after?.user_id ?? ''),
        ),
      ),
    )
    .groupBy(['listed.platform', 'listed.tenant', 'listed.user_id'])
    .orderBy('listed.platform')
    .orderBy('listed.tenant')
    .orderBy('listed.user_id')
    .limit(limit)
    .execute()
}
