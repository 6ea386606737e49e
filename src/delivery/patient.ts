// Lets a sender write what it did also while the database cannot be used for a while.

import { setTimeout as delay } from 'node:timers/promises'
import { Outage } from '../kit/outage.ts'
import type { Database } from '../store/database.ts'

const TRY_AGAIN_MS = 250

/** What is not written down is sent once more. So each write is tried again for `ms`, and not once `isRunning` is false. */
export function patientFor(ms: number, db: Database, isRunning: () => boolean): Database {
  return {
    ...db,
    async transact(work) {
      const until = performance.now() + ms
      for (;;) {
        try {
          return await db.transact(work)
        } catch (error) {
          if (!(error instanceof Outage) || !isRunning() || performance.now() > until) throw error
          await delay(TRY_AGAIN_MS)
        }
      }
    },
  }
}
