// Reads alerts, and changes nothing.

import { oneAtATime } from '../kit/one-at-a-time.ts'
import { cutPage, cutWholePage } from '../kit/page.ts'
import { type AlertFilter, listAlerts, measureAlerts } from '../store/alert-list.ts'
import type { Database } from '../store/database.ts'
import { findEvent, findEvents } from '../store/events.ts'
import { alertView, briefAlertView } from './alert-view.ts'
import type { BriefEvent, EventView } from './event.ts'

export type { AlertFilter } from '../store/alert-list.ts'

export interface AlertQueries {
  /** Not those of approvals, which are read with their approval. */
  find(id: string): Promise<EventView | undefined>
  /** The newest first. */
  list(filter: AlertFilter, limit: number): Promise<AlertPage<BriefEvent>>
  /** The same with their data; a page ends where it would grow over half a megabyte. */
  listWhole(filter: AlertFilter, limit: number): Promise<AlertPage<EventView>>
}

export interface AlertPage<Item> {
  alerts: Item[]
  /** The `after` of the following page. */
  next: string | undefined
}

export function createAlertQueries({ db, publicUrl }: { db: Database; publicUrl: string }): AlertQueries {
  const { read } = db
  // A page takes as long as dozens of clicks.
  const lists = oneAtATime()

  async function list(filter: AlertFilter, limit: number): Promise<AlertPage<BriefEvent>> {
    const { shown, next } = cutPage(await listAlerts(read, filter, limit + 1), limit)
    return { alerts: shown.map((row) => briefAlertView(row, publicUrl)), next }
  }

  async function listWhole(filter: AlertFilter, limit: number): Promise<AlertPage<EventView>> {
    const { shown, next } = cutWholePage(await measureAlerts(read, filter, limit + 1), limit)
    const ids = shown.map(({ id }) => id)
    const rows = new Map((await findEvents(read, ids)).map((row) => [row.id, row]))
    return { alerts: ids.flatMap((id) => rows.get(id) ?? []).map((row) => alertView(row, publicUrl)), next }
  }

  return {
    async find(id) {
      const row = await findEvent(read, id)
      return row && row.approval_id === null ? alertView(row, publicUrl) : undefined
    },
    list: (filter, limit) => lists(() => list(filter, limit)),
    listWhole: (filter, limit) => lists(() => listWhole(filter, limit)),
  }
}
