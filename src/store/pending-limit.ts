// Tells whether an API key has as many pending approvals as it may, and counts them only where it can be so.

import { LRUCache } from 'lru-cache'
import { compileOnce } from './compile-once.ts'
import type { Database, Executor } from './database.ts'
import { PENDING } from './literals.ts'

const MOST_KEYS = 10_000
/** Among so many processes the room that is left is shared, and each counts anew after so long. */
const PROCESSES = 16
const COUNTED_FOR_MS = 1_000

/**
 * Whether `limit` approvals of this key are pending; to be asked in the transaction that adds one where not. Undefined
 * where one is added whatever is pending.
 */
export type IsFull = (trx: Executor, ownerKeyId: string, limit: number | undefined) => Promise<boolean>

interface Known {
  pending: number
  /** By this process since it counted, whether they were committed or not. */
  added: number
  countedAt: number
}

/**
 * On SQLite nobody else adds any, and the limit is kept exactly. On PostgreSQL those of one moment do not see each
 * other: a few more than the limit may be pending.
 */
export function pendingLimit(db: Pick<Database, 'engine'>): IsFull {
  const keys = new LRUCache<string, Known>({ max: MOST_KEYS })
  const [processes, countedForMs] = db.engine === 'sqlite' ? [1, Infinity] : [PROCESSES, COUNTED_FOR_MS]
  const hasRoom = ({ pending, added, countedAt }: Known, limit: number) =>
    pending + processes * added < limit && performance.now() - countedAt < countedForMs

  return async (trx, key, limit) => {
    if (limit === undefined) {
      keys.delete(key)
      return false
    }
    const known = keys.get(key)
    if (known && hasRoom(known, limit)) {
      known.added++
      return false
    }
    const pending = await count(trx, key, limit)
    // What is not counted to its end may be more.
    if (pending < limit) keys.set(key, { pending, added: 1, countedAt: performance.now() })
    else keys.delete(key)
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
