// Tells whether an API key has as many pending approvals as it may, and counts them only where it can be so.

import { LRUCache } from 'lru-cache'
import { compileOnce } from './compile-once.ts'
import type { Database, Executor } from './database.ts'
import { PENDING } from './literals.ts'

const MOST_KEYS = 10_000

/** Whether `limit` approvals of this key are pending; to be asked in the transaction that adds one where not. */
export type IsFull = (trx: Executor, ownerKeyId: string, limit: number) => Promise<boolean>

export function pendingLimit(db: Pick<Database, 'engine'>): IsFull {
  // Other processes add theirs.
  if (db.engine === 'postgres') return async (trx, key, limit) => (await count(trx, key, limit)) >= limit
  // Only this process adds any: there cannot be more than were counted and what was added since.
  const most = new LRUCache<string, number>({ max: MOST_KEYS })
  return async (trx, key, limit) => {
    const known = most.get(key) ?? limit
    const pending = known < limit ? known : await count(trx, key, limit)
    // What is not counted to its end may be more.
    if (pending < limit) most.set(key, pending + 1)
    else most.delete(key)
    return pending >= limit
  }
}

/** `limit` also where there are more. */
async function count(trx: Executor, ownerKeyId: string, limit: number): Promise<number> {
  return (await pendingOf(trx, { ownerKeyId, limit })).rows[0]?.pending ?? 0
}

// Read from the index of what is pending alone.
const pendingOf = compileOnce((db, p: { ownerKeyId: string; limit: number }) =>
  db
    .selectFrom((of) =>
      of
        .selectFrom('approvals')
        .select('owner_key_id')
        .where('owner_key_id', '=', p.ownerKeyId)
        .where('status', '=', PENDING)
        .limit(p.limit)
        .as('some'),
    )
    .select(({ fn }) => fn.countAll<number>().as('pending')),
)
