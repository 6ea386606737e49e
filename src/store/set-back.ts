// Brings what senders wait for back into reach after the clock was set back.

import type { Executor } from './database.ts'
import { PENDING } from './literals.ts'

/** When a sender took a destination last, by the clock of then; undefined: none ever did. */
export async function lastLeasedAt(db: Executor): Promise<number | undefined> {
  const row = await db
    .selectFrom('destinations')
    .select(({ fn }) => fn.max('leased_at').as('at'))
    .executeTakeFirst()
  return row?.at ?? undefined
}

/**
 * What waits for a later time is due now, and is put off again where it has to be: how long it would have had to wait
 * is not known any more. No lease lasts longer than `leaseMs` from now, no pause and no limit is left.
 */
export async function endWaits(trx: Executor, now: number, leaseMs: number): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ next_attempt_at: now })
    .where('state', '=', PENDING)
    .where('next_attempt_at', '>', now)
    .execute()
  await trx
    .updateTable('destinations')
    .set({ lease_until: now + leaseMs })
    .where('lease_until', '>', now + leaseMs)
    .execute()
  await trx.updateTable('destinations').set({ cool_until: 0 }).where('cool_until', '>', now).execute()
  await trx.updateTable('destinations').set({ leased_at: now }).where('leased_at', '>', now).execute()
  await trx.deleteFrom('pace_buckets').where('full_until', '>', now).execute()
}
