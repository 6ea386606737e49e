// Defines how one send ended, and what follows from it for its destination.

import type { DeliveryAttemptRow, DeliveryRow, DestinationRow } from '../../db/schema.ts'
import type { Delivered } from './deliver.ts'

/** One try that has ended; `code` is null when it succeeded. */
export type Attempt = Pick<DeliveryAttemptRow, 'at' | 'took_ms' | 'code' | 'excerpt'>

/** Where somebody may be known whom a destination does not reach. */
export type NextPlace = Pick<DeliveryRow, 'destination_id' | 'recipient'>

/** How one send ended. `isLate`: of an approval that may have been found to have reached nobody, until now. */
export type End = { delivery: DeliveryRow; attempt: Attempt; isLate?: boolean } & (
  | { what: 'delivered'; delivered: Delivered }
  /** To be tried again. `misconfigured`: the code, where it says that a setting is wrong. */
  | { what: 'failed'; nextAttemptAt: number; misconfigured: string | null }
  /** To be tried at another destination, for one person alone. */
  | { what: 'elsewhere'; next: NextPlace }
  /** Given up. */
  | { what: 'dead' }
  /** The attempt is logged, and not counted. */
  | { what: 'throttled'; coolDownMs: number }
  /** The destination is. Its deliveries wait until an admin switches it on again. */
  | { what: 'gone'; code: string }
)

/** In metrics; `skipped`: there was nothing left to show. */
export type SendResult = 'delivered' | 'skipped' | 'retried' | 'throttled' | 'dead' | 'destination_disabled'

/** How the last send to a destination went. */
export type Health = Pick<DestinationRow, 'trouble_since' | 'misconfigured' | 'slow'>

/** A destination that takes so long for a send gives its sender back, and is served after the others. */
export const SLOW_MS = 5_000

export function resultOf(end: End): SendResult {
  if (end.what === 'delivered') return end.delivered.what === 'nothing' ? 'skipped' : 'delivered'
  if (end.what === 'failed' || end.what === 'elsewhere') return 'retried'
  return end.what === 'gone' ? 'destination_disabled' : end.what
}

/** How long the destination takes nothing more because of it. */
export function coolDownMsOf(end: End): number {
  if (end.what === 'throttled') return end.delivery.recipient === null ? end.coolDownMs : 0
  return end.what === 'delivered' && end.delivered.what === 'posted' ? (end.delivered.coolDownMs ?? 0) : 0
}

/** The destination takes nothing more now; what has moved is opened anew. */
export function isLast(end: End): boolean {
  return end.what === 'gone' || coolDownMsOf(end) > 0 || movedIn(end) !== undefined || isSlow(end)
}

const isSlow = ({ attempt }: End) => attempt.took_ms >= SLOW_MS

/**
 * What was not sent, or is refused for its own sake, says nothing of the place, nor does how one person alone is told;
 * to be slowed down is no trouble.
 */
export function healthAfter(before: Health, end: End): Health {
  if (end.delivery.recipient !== null) return before
  if (end.what === 'delivered' && end.delivered.what === 'nothing') return before
  const slow = isSlow(end) ? 1 : 0
  if (end.what === 'delivered') return { trouble_since: null, misconfigured: null, slow }
  const isTrouble = end.what === 'failed' || end.what === 'gone'
  return {
    trouble_since: before.trouble_since ?? (isTrouble ? end.attempt.at : null),
    misconfigured: (end.what === 'failed' ? end.misconfigured : null) ?? before.misconfigured,
    slow,
  }
}

/** What the platform says of a place that moved. */
export function movedIn(end: End): Record<string, unknown> | undefined {
  return end.what === 'delivered' && end.delivered.what === 'posted' ? end.delivered.moved : undefined
}
