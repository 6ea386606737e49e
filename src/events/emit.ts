// Records what happened beside approvals, and tells everybody who is to hear of it.

import type { EventRow } from '../../db/schema.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { insertDeliveries } from '../store/deliveries.ts'
import type { Listener } from '../store/destinations.ts'
import { insertAlert } from '../store/events.ts'
import type { EventType } from './catalogue.ts'
import { deliveriesOf, type Hearer, hearersOf, type Told } from './fan-out.ts'
import { placeOfAlert } from './place.ts'
import { type Counted, countedAt, thoseThatRepeat } from './repeats.ts'
import { settingsOf } from './settings.ts'
import type { Severity } from './severity.ts'

export interface Alert {
  type: EventType
  severity: Severity
  agent: { id: string; name: string } | null
  tool: string | null
  environment: string | null
  summary: string
  action: string | null
  data: Record<string, unknown>
  /** The API key that sent it; null for our own. */
  keyId: string | null
  keyName: string | null
}

/** Records alerts and their deliveries, in this order. Each is told at once, or counted where only repeats are heard. */
export async function emitAll(
  trx: Executor,
  alerts: { id: string; alert: Alert }[],
  now: number,
): Promise<EventRow[]> {
  const rows = alerts.map(({ id, alert }) => rowOf(alert, now, { id, about: null, isTest: false }))
  const counted: Counted[] = []
  for (const row of rows) {
    const listeners = await record(trx, row, row.id, { isTest: false })
    const counting = listeners.flatMap((listener) => countedAt(listener, row) ?? [])
    counted.push(...counting)
    const counters = new Set(counting.map(({ destinationId }) => destinationId))
    await tell(
      trx,
      row,
      row.id,
      listeners.filter(({ id }) => !counters.has(id)),
    )
  }
  for (const { event, destinationId, repeated } of await thoseThatRepeat(trx, counted, now)) {
    await tell(trx, event, event.id, [{ id: destinationId, told: 0, repeated }])
  }
  return rows
}

/** The same of a single alert. */
export async function emit(trx: Executor, alert: Alert, now: number): Promise<void> {
  await emitAll(trx, [{ id: newId('evt'), alert }], now)
}

/** For one destination alone, whatever its filters. */
export async function emitTest(trx: Executor, alert: Alert, now: number, only: string): Promise<EventRow> {
  const row = rowOf(alert, now, { id: newId('evt'), about: null, isTest: true })
  await tell(trx, row, row.id, await record(trx, row, row.id, { first: only, isTest: true }))
  return row
}

/** Records what became of an alert, whose cards are redrawn; a test reaches nobody else. */
export async function emitAbout(
  trx: Executor,
  alert: Alert,
  now: number,
  { aboutId, ...told }: { aboutId: string } & Told,
): Promise<EventRow> {
  const row = rowOf(alert, now, { id: newId('evt'), about: aboutId, isTest: told.isTest })
  const hearers = await record(trx, row, aboutId, told)
  // Where the alert itself was only counted there is no news of it.
  const isNews = ({ id, told: wasTold, settings }: Listener) =>
    wasTold === 1 || id === told.first || settingsOf(settings).repeated === null
  await tell(trx, row, aboutId, hearers.filter(isNews))
  return row
}

/** Resolves with who is to hear of it. */
async function record(trx: Executor, row: EventRow, subjectId: string, told: Told): Promise<Listener[]> {
  await insertAlert(trx, row)
  const { type, severity, tool, agent_id } = row
  const heard = { type: type as EventType, severity: severity as Severity, tool, agentId: agent_id }
  return hearersOf(trx, subjectId, heard, told)
}

async function tell(trx: Executor, row: EventRow, subjectId: string, hearers: Hearer[]): Promise<void> {
  const place = placeOfAlert(row.severity as Severity)
  await insertDeliveries(
    trx,
    deliveriesOf(row, subjectId, hearers, () => place),
  )
}

function rowOf(
  alert: Alert,
  now: number,
  { id, about, isTest }: { id: string; about: string | null; isTest: boolean },
): EventRow {
  const { type, severity, agent, tool, environment, summary, action, data, keyId, keyName } = alert
  return {
    id,
    type,
    severity,
    approval_id: null,
    created_at: now,
    agent_id: agent?.id ?? null,
    agent_name: agent?.name ?? null,
    tool,
    environment,
    summary,
    action,
    data: JSON.stringify(data),
    key_id: keyId,
    key_name: keyName,
    about,
    is_test: isTest ? 1 : 0,
    is_acknowledged: 0,
  }
}
