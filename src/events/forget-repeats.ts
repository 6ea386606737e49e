// Forgets how often alerts came, once that says nothing about what comes now.

import type { Clock } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'
import { forgetRuns, hasOldRun } from '../store/repeats.ts'

/** One transaction's worth: nobody waits long behind it. */
const FORGOTTEN_AT_ONCE = 200

/** Returns what to call now and then. */
export function createForgetRepeats({ db, clock }: { db: Database; clock: Clock }): () => Promise<void> {
  return async () => {
    const now = clock.now()
    // No write where nothing is counted.
    if (!(await hasOldRun(db.read, now))) return
    await db.transact((trx) => forgetRuns(trx, now, FORGOTTEN_AT_ONCE))
  }
}
