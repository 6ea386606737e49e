// Gives admins the log of deliveries: what was sent, how it went, and sending it once more.

import type { DeliveryAttemptRow } from '../../db/schema.ts'
import { type Clock, DAY_MS } from '../kit/clock.ts'
import { cutPage } from '../kit/page.ts'
import { findAttempts } from '../store/attempts.ts'
import type { Database } from '../store/database.ts'
import * as store from '../store/delivery-log.ts'
import { oldestDue } from '../store/figures.ts'

export type { LoggedDelivery } from '../store/delivery-log.ts'

export interface DeliveryLog {
  /** The newest first; `next` is the `after` of the following page. */
  list(
    filter: store.DeliveryFilter,
    limit: number,
  ): Promise<{ deliveries: store.LoggedDelivery[]; next: string | undefined }>
  find(id: string): Promise<{ delivery: store.LoggedDelivery; attempts: DeliveryAttemptRow[] } | undefined>
  /** Sends it once more, though it had ended; one that is still pending stays as it is. */
  replay(id: string): Promise<store.LoggedDelivery | undefined>
  /** Returns how many are sent once more. */
  replayAll(filter: store.DeliveryFilter): Promise<number>
  /** How long the delivery that waits longest has been due; 0 when none is. */
  queueAgeMs(): Promise<number>
  /** Deletes what ended longer ago than the log is kept. */
  forgetOld(): Promise<void>
}

/** One transaction's worth: nobody waits long behind it. */
const FORGOTTEN_AT_ONCE = 500

export function createDeliveryLog(options: {
  db: Database
  clock: Clock
  retentionDays: number
}): DeliveryLog {
  const { db, clock, retentionDays } = options

  async function replay(filter: store.DeliveryFilter): Promise<number> {
    const count = await db.transact((trx) => store.replayDeliveries(trx, filter, clock.now()))
    db.signals.publish('deliveries', '')
    return count
  }

  return {
    async list(filter, limit) {
      const { shown, next } = cutPage(await store.listDeliveries(db.read, filter, limit + 1), limit)
      return { deliveries: shown, next }
    },
    async find(id) {
      const delivery = await store.findDelivery(db.read, id)
      return delivery && { delivery, attempts: await findAttempts(db.read, id) }
    },
    async replay(id) {
      if (!(await store.findDelivery(db.read, id))) return undefined
      await replay({ id })
      return store.findDelivery(db.read, id)
    },
    replayAll: replay,
    async queueAgeMs() {
      const oldest = await oldestDue(db.read)
      return oldest === undefined ? 0 : Math.max(0, clock.now() - oldest)
    },
    async forgetOld() {
      const cutoff = clock.now() - retentionDays * DAY_MS
      await db.transact((trx) => store.forgetDeliveries(trx, cutoff, FORGOTTEN_AT_ONCE))
    },
  }
}
