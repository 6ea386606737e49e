// Applies rate limits that all processes share, by the generic cell rate algorithm.

import { sql } from 'kysely'
import type { PaceBucketRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'

export interface Bucket {
  name: string
  /** Between two, once the burst is used up. */
  intervalMs: number
  /** At once after a pause. */
  burst: number
}

/**
 * 0: there was room, and one is taken. Otherwise nothing is taken, and so many milliseconds must pass before there
 * can be room. https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export async function takeFrom(trx: Executor, bucket: Bucket, now: number): Promise<number> {
  const { name, intervalMs, burst } = bucket
  const latest = now + (burst - 1) * intervalMs
  const first: PaceBucketRow = { name, full_until: now + intervalMs }
  const taken = await trx
    .insertInto('pace_buckets')
    .values(first)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({
          full_until: sql<number>`case when pace_buckets.full_until > ${now} then pace_buckets.full_until
            else cast(${now} as bigint) end + cast(${intervalMs} as bigint)`,
        })
        .where('pace_buckets.full_until', '<=', latest),
    )
    .returning('full_until')
    .executeTakeFirst()
  if (taken) return 0
  const { full_until } = await trx
    .selectFrom('pace_buckets')
    .select('full_until')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return full_until - latest
}
