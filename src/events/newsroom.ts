// How do events come in that are not about an approval? All of a batch or none, and everybody who listens is told.

import type { EventRow } from '../../db/schema.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'
import { findEvent } from '../store/events.ts'
import { alertView } from './alert-view.ts'
import type { EventView } from './event.ts'
import { type Alert, emit } from './fan-out.ts'

export interface Newsroom {
  /** One transaction: recorded, and due at every destination that listens. */
  take(alerts: Alert[]): Promise<EventView[]>
  /** For one destination alone, whatever its filters. */
  tryOut(alert: Alert, destinationId: string): Promise<EventView>
  /** Not those of approvals, which are read with their approval. */
  find(id: string): Promise<EventView | undefined>
}

export function createNewsroom(options: { db: Database; clock: Clock; publicUrl: string }): Newsroom {
  const { db, clock, publicUrl } = options

  /** Nobody can have seen to it yet. */
  const freshView = (row: EventRow) =>
    alertView({ ...row, acknowledged_by: null, acknowledged_via: null, acknowledged_at: null }, publicUrl)

  async function take(alerts: Alert[], only?: string): Promise<EventView[]> {
    const views = await db.transact(async (trx) => {
      const now = clock.now()
      const taken: EventView[] = []
      for (const alert of alerts) taken.push(freshView(await emit(trx, alert, now, only)))
      return taken
    })
    db.signals.publish('deliveries', '')
    return views
  }

  return {
    take: (alerts) => take(alerts),
    async tryOut(alert, destinationId) {
      const [view] = await take([alert], destinationId)
      return view as EventView
    },
    async find(id) {
      const row = await findEvent(db.read, id)
      return row && row.approval_id === null ? alertView(row, publicUrl) : undefined
    },
  }
}
