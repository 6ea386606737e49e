// Takes in events that are not about an approval, all of a batch or none, and tells everybody who listens.

import type { EventRow } from '../../db/schema.ts'
import { type IdempotencyKey, once } from '../idempotency/once.ts'
import type { Clock } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Database, Executor } from '../store/database.ts'
import { findEvents } from '../store/events.ts'
import { alertView } from './alert-view.ts'
import { type Alert, emitAll, emitTest } from './emit.ts'
import type { EventView } from './event.ts'

export interface Intake {
  /**
   * One transaction: recorded, and due at every destination that listens. A repeat with the same Idempotency-Key tells
   * nobody again, and gets the same events as they stand now.
   */
  take(alerts: Alert[], idempotency?: IdempotencyKey): Promise<Taken>
  /** For one destination alone, whatever its filters. */
  sendTest(alert: Alert, destinationId: string): Promise<EventView>
}

/** `isNew`: false for a repeat. Not ok: the Idempotency-Key named other events. */
export type Taken = { ok: true; events: EventView[]; isNew: boolean } | { ok: false }

interface Change {
  trx: Executor
  now: number
}

export function createIntake(options: { db: Database; clock: Clock; publicUrl: string }): Intake {
  const { db, clock, publicUrl } = options

  /** Nobody can have seen to it yet. */
  const freshView = (row: EventRow) =>
    alertView({ ...row, acknowledged_by: null, acknowledged_via: null, acknowledged_at: null }, publicUrl)

  async function change<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const result = await db.transact((trx) => work({ trx, now: clock.now() }))
    db.signals.publish('deliveries', '')
    return result
  }

  async function takeAll({ trx, now }: Change, named: { id: string; alert: Alert }[]): Promise<EventView[]> {
    return (await emitAll(trx, named, now)).map(freshView)
  }

  async function viewsOf(trx: Executor, ids: string[]): Promise<EventView[]> {
    const rows = new Map((await findEvents(trx, ids)).map((row) => [row.id, row]))
    return ids.flatMap((id) => rows.get(id) ?? []).map((row) => alertView(row, publicUrl))
  }

  return {
    take: (alerts, idempotency) =>
      change((work) => {
        const named = alerts.map(withId)
        const asked = idempotency && {
          ...idempotency,
          operation: 'emitEvents',
          request: alerts.map(({ keyName: _, ...alert }) => alert),
        }
        return once<Taken>(work, asked, named.map(({ id }) => id).join(' '), {
          first: async () => ({ ok: true, events: await takeAll(work, named), isNew: true }),
          again: async (ids) => ({ ok: true, events: await viewsOf(work.trx, ids.split(' ')), isNew: false }),
          reused: { ok: false },
        })
      }),
    sendTest: (alert, only) =>
      change(async ({ trx, now }) => freshView(await emitTest(trx, alert, now, only))),
  }
}

function withId(alert: Alert) {
  return { id: newId('evt'), alert }
}
