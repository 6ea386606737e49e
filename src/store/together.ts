// Sends statements that need nothing of each other in one round trip.

import { type Executor, isOnPostgres } from './database.ts'

/** PostgreSQL's `in_failed_sql_transaction`: refused because of another failure, which is the one to know. */
const AFTER_A_FAILURE = '25P02'

/**
 * Takes steps of one transaction in this order. PostgreSQL is sent their statements at once, and refuses what follows
 * one that failed; SQLite would not, so there nothing begins after a failure. Nothing is under way any more when this
 * resolves or throws.
 */
export async function together<Found extends unknown[]>(
  trx: Executor,
  ...steps: { [Index in keyof Found]: () => Promise<Found[Index]> }
): Promise<Found> {
  if (isOnPostgres(trx)) {
    const running = steps.map((step) => step())
    const failures = (await Promise.allSettled(running)).flatMap((end) =>
      end.status === 'rejected' ? [end.reason] : [],
    )
    if (failures.length > 0) throw failures.find(({ code }) => code !== AFTER_A_FAILURE) ?? failures[0]
    return (await Promise.all(running)) as Found
  }
  const found: unknown[] = []
  for (const step of steps) found.push(await step())
  return found as Found
}
