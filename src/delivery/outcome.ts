// Waits for the outcome of a send and tells it to an admin.

import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../store/database.ts'
import { findNewestDelivery } from '../store/deliveries.ts'
import { findDestination } from '../store/destinations.ts'

export interface SendOutcome {
  delivered: boolean
  /** The platform's own code, such as `invalid_auth`; `not_yet` when nothing is known in time. */
  error: string | null
}

/** `subjectId`: of an approval or of an alert; the newest news of it counts. */
export type AwaitSend = (subjectId: string, destinationId: string, timeoutMs: number) => Promise<SendOutcome>

const LOOK_MS = 50

/** Resolves at the first success or failure; a failed send may still be tried again later. */
export function sendOutcomes(db: Database): AwaitSend {
  return async (subjectId, destinationId, timeoutMs) => {
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      const delivery = await findNewestDelivery(db.read, subjectId, destinationId)
      if (delivery?.state === 'delivered') return { delivered: true, error: null }
      const destination = await findDestination(db.read, destinationId)
      const error = delivery?.last_error ?? destination?.disabled_reason ?? null
      if (error !== null) return { delivered: false, error }
      await delay(LOOK_MS)
    }
    return { delivered: false, error: 'not_yet' }
  }
}
