// Forgets Idempotency-Keys a day after they were used.

import type { Clock } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'
import { forgetIdempotencyKeys } from '../store/idempotency.ts'

/** So long a repeat is known. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000
/** Deleted so much later, so that none is lost to a request that found it a moment before. */
const GRACE_MS = 60 * 60 * 1000
/** One transaction's worth: nobody waits long behind it. */
const FORGOTTEN_AT_ONCE = 500

/** Returns what to call now and then; it resolves with how many it deleted. */
export function createForgetKeys({ db, clock }: { db: Database; clock: Clock }): () => Promise<number> {
  const forget = () => {
    const cutoff = clock.now() - IDEMPOTENCY_MS - GRACE_MS
    return db.transact((trx) => forgetIdempotencyKeys(trx, cutoff, FORGOTTEN_AT_ONCE))
  }
  return async () => {
    let forgotten = 0
    for (let some = await forget(); some > 0; some = await forget()) forgotten += some
    return forgotten
  }
}
