// Waits for what became of a send, for the admin who tests a destination.

import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../store/database.ts'
import { findNewestDelivery } from '../store/deliveries.ts'
import { findDestination } from '../store/destinations.ts'

const LOOK_MS = 50

/**
 * Resolves with null once the newest news of an approval or an alert has arrived; with the platform's own code, such as
 * `invalid_auth`, at the first failure, which may still be tried again; with `not_yet` when nothing is known in time.
 */
export async function sendOutcome(
  db: Database,
  subjectId: string,
  destinationId: string,
  timeoutMs: number,
): Promise<string | null> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    const delivery = await findNewestDelivery(db.read, subjectId, destinationId)
    if (delivery?.state === 'delivered') return null
    const destination = await findDestination(db.read, destinationId)
    const error = delivery?.last_error ?? destination?.disabled_reason ?? null
    if (error !== null) return error
    await delay(LOOK_MS)
  }
  return 'not_yet'
}
