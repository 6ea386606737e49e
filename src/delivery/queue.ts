// Keeps the deliveries of one key in order, also while an earlier one waits to be tried again.

import type { DeliveryRow } from '../../db/schema.ts'
import { alertView } from '../events/alert-view.ts'
import type { EventView } from '../events/event.ts'
import type { PlatformKind } from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { findRetrying } from '../store/due.ts'
import { findEvents } from '../store/events.ts'
import type { End } from './end.ts'

export interface Queue {
  /** Until when it has to wait; undefined when it may go. */
  behind(delivery: DeliveryRow, event: EventView): number | undefined
  /** Told of each send that has ended: one that is to be tried again holds back the later ones. */
  ended(end: End, event: EventView): void
}

export const NO_QUEUE: Queue = { behind: () => undefined, ended() {} }

/** The queue of one destination, with those in it that wait for another try. Approvals have the order of their cards. */
export async function queueOf(
  db: Executor,
  { orderKey }: Pick<PlatformKind, 'orderKey'>,
  destinationId: string,
  publicUrl: string,
): Promise<Queue> {
  if (!orderKey) return NO_QUEUE
  const retried = new Map<string, { id: string; until: number }>()
  const retrying = await findRetrying(db, destinationId)
  const alerts = await findEvents(
    db,
    retrying.map(({ subject_id }) => subject_id),
  )
  // The earliest of each key counts.
  for (const { id, subject_id, next_attempt_at } of retrying.toReversed()) {
    const alert = alerts.find((event) => event.id === subject_id)
    if (alert) retried.set(orderKey(alertView(alert, publicUrl)), { id, until: next_attempt_at })
  }
  return {
    behind({ id }, event) {
      const first = retried.get(orderKey(event))
      return first && first.id < id ? first.until : undefined
    },
    ended({ delivery, ...end }, event) {
      const key = orderKey(event)
      if (end.what === 'failed') retried.set(key, { id: delivery.id, until: end.nextAttemptAt })
      else if (retried.get(key)?.id === delivery.id) retried.delete(key)
    },
  }
}
