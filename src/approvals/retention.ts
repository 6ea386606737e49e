// Deletes approvals that closed long ago, where the operator wants that, a few at a time.

import { record } from '../audit/append.ts'
import { type Clock, DAY_MS } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'
import { deleteApprovals, findClosedBefore, takeClosedBefore } from '../store/retention.ts'

/** One transaction's worth: a click waits behind one of them at most. */
const AT_ONCE = 20
/** Then other duties have their turn, until the next round a second later. */
const BATCHES = 10

/**
 * `days` undefined: they are kept for ever. Deleted are the approval, its votes, events, deliveries and cards, and of
 * its rows in the audit trail the personal text; the rows themselves stay.
 */
export function createForgetApprovals(options: {
  db: Database
  clock: Clock
  days: number | undefined
}): () => Promise<void> {
  const { db, clock, days } = options
  if (days === undefined) return async () => {}

  async function forgetSome(when: { now: number; cutoff: number }): Promise<boolean> {
    if ((await findClosedBefore(db.read, when, 1)).length === 0) return false
    await db.transact(async (trx) => {
      const ids = await takeClosedBefore(trx, when, AT_ONCE)
      if (ids.length === 0) return
      await deleteApprovals(trx, ids)
      for (const subject of ids) {
        await record(trx, { at: when.now, action: 'approval.deleted', subject, facts: {}, personal: {} })
      }
    })
    return true
  }

  return async () => {
    const now = clock.now()
    for (let batch = 0; batch < BATCHES; batch++) {
      if (!(await forgetSome({ now, cutoff: now - days * DAY_MS }))) return
    }
  }
}
