// Stores which operation an API key asked for under which Idempotency-Key, and what it did.

import type { IdempotencyKeyRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/**
 * Takes the key for this request: undefined when nobody had it, or before `cutoff`; otherwise its row, as it was left.
 * Whoever asks at the same moment waits for the other's transaction to end.
 */
export async function takeIdempotencyKey(
  trx: Executor,
  row: IdempotencyKeyRow,
  cutoff: number,
): Promise<IdempotencyKeyRow | undefined> {
  if ((await take(trx, { ...row, cutoff })).numAffectedRows === 1n) return undefined
  const found = await taken(trx, row)
  if (!found.rows[0]) throw new Error('an Idempotency-Key was forgotten while it was looked up')
  return found.rows[0]
}

const take = compileOnce((trx, p: IdempotencyKeyRow & { cutoff: number }) => {
  const row: IdempotencyKeyRow = p
  return trx
    .insertInto('idempotency_keys')
    .values(columns(row, 'api_key_id', 'operation', 'key', 'request_hash', 'subject_id', 'created_at'))
    .onConflict((c) =>
      c
        .columns(['api_key_id', 'operation', 'key'])
        .doUpdateSet(({ ref }) => ({
          request_hash: ref('excluded.request_hash'),
          subject_id: ref('excluded.subject_id'),
          created_at: ref('excluded.created_at'),
        }))
        .where('idempotency_keys.created_at', '<', p.cutoff),
    )
})

type Name = Pick<IdempotencyKeyRow, 'api_key_id' | 'operation' | 'key'>

const taken = compileOnce((db, p: Name) =>
  db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('api_key_id', '=', p.api_key_id)
    .where('operation', '=', p.operation)
    .where('key', '=', p.key),
)

export async function findIdempotencyKey(db: Executor, name: Name): Promise<IdempotencyKeyRow | undefined> {
  return (await taken(db, name)).rows[0]
}

/** What was done turned out to be something else than was planned when the key was taken. */
export function renameSubject(
  trx: Executor,
  { api_key_id, operation, key }: Name,
  subject_id: string,
): Promise<unknown> {
  return trx
    .updateTable('idempotency_keys')
    .set({ subject_id })
    .where('api_key_id', '=', api_key_id)
    .where('operation', '=', operation)
    .where('key', '=', key)
    .execute()
}

export function deleteIdempotencyKey(trx: Executor, { api_key_id, operation, key }: Name): Promise<unknown> {
  return trx
    .deleteFrom('idempotency_keys')
    .where('api_key_id', '=', api_key_id)
    .where('operation', '=', operation)
    .where('key', '=', key)
    .execute()
}

/** Deletes about `limit` of those taken before `cutoff`, the oldest first. Returns how many. */
export async function forgetIdempotencyKeys(trx: Executor, cutoff: number, limit: number): Promise<number> {
  const oldest = await trx
    .selectFrom('idempotency_keys')
    .select('created_at')
    .where('created_at', '<', cutoff)
    .orderBy('created_at')
    .limit(limit)
    .execute()
  const last = oldest.at(-1)
  if (!last) return 0
  const { numDeletedRows } = await trx
    .deleteFrom('idempotency_keys')
    .where('created_at', '<=', last.created_at)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
