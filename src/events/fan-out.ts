// Writes the deliveries of an event: one for each destination that is to hear of it.

import type { DeliveryRow, DestinationRow, EventRow } from '../../db/schema.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { insertDeliveries } from '../store/deliveries.ts'
import { findListeners, type Listener } from '../store/destinations.ts'
import { insertAlert } from '../store/events.ts'
import type { EventType } from './catalogue.ts'
import { type Heard, passes } from './filter.ts'
import { type Place, placeOfAlert } from './place.ts'
import { settingsOf } from './settings.ts'
import type { Severity } from './severity.ts'

/**
 * Whether a destination wants to hear of it: it is on, was not deleted, and its filters let it pass. A fallback hears
 * of what reached nobody, whatever its filters.
 */
export function listens(row: DestinationRow, event: Heard): boolean {
  if (row.enabled !== 1 || row.deleted_at !== null) return false
  if (event.type === 'approval.unreached' && settingsOf(row.settings).fallback) return true
  const list = (json: string | null): string[] | null => json && JSON.parse(json)
  const { events, tools, agents } = row
  const filter = { events: list(events), tools: list(tools), agents: list(agents) }
  return passes({ ...filter, minSeverity: row.min_severity as Severity }, event)
}

/** Who is to hear of an event, and whether it was told of the same card before. */
export type Hearer = Pick<Listener, 'id' | 'told'>

/** One delivery of the event for each hearer, due at once, in this order. `subjectId`: what their cards show. */
export function deliveriesOf(
  event: Pick<EventRow, 'id' | 'created_at'>,
  subjectId: string,
  hearers: Hearer[],
  placeOf: (hearer: Hearer) => Place,
): DeliveryRow[] {
  return hearers.map((hearer) => deliveryTo(hearer, event, subjectId, placeOf))
}

function deliveryTo(
  hearer: Hearer,
  event: Pick<EventRow, 'id' | 'created_at'>,
  subjectId: string,
  placeOf: (hearer: Hearer) => Place,
): DeliveryRow {
  return {
    id: newId('dlv'),
    destination_id: hearer.id,
    event_id: event.id,
    subject_id: subjectId,
    state: 'pending',
    attempts: 0,
    next_attempt_at: event.created_at,
    last_error: null,
    created_at: event.created_at,
    finished_at: null,
    ...placeOf(hearer),
  }
}

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

interface Told {
  /** Served before the others. */
  first?: string | undefined
  /** Nobody is told who was not told before, beside the first. */
  isTest: boolean
}

/** Whoever was sent the card, which is redrawn there whatever the filters say, and whoever listens. */
export async function hearersOf(
  trx: Executor,
  subjectId: string,
  heard: Heard,
  { first, isTest }: Told,
): Promise<Hearer[]> {
  const hearers = (await findListeners(trx, subjectId)).filter(
    (row) => row.id === first || row.told === 1 || (!isTest && listens(row, heard)),
  )
  return firstBefore(hearers, first)
}

/** The same, the first before the others. */
export function firstBefore(hearers: Hearer[], first: string | undefined): Hearer[] {
  return hearers.toSorted((a, b) => Number(b.id === first) - Number(a.id === first))
}

/** Records an alert and its deliveries. `only`: for one destination alone, whatever its filters, as a test. */
export function emit(
  trx: Executor,
  alert: Alert,
  now: number,
  { id = newId('evt'), only }: { id?: string; only?: string } = {},
): Promise<EventRow> {
  const isTest = only !== undefined
  const row = rowOf(alert, now, { id, about: null, isTest })
  return send(trx, row, row.id, { first: only, isTest })
}

/** Records what became of an alert, whose cards are redrawn; a test reaches nobody else. */
export function emitAbout(
  trx: Executor,
  alert: Alert,
  now: number,
  { aboutId, ...told }: { aboutId: string } & Told,
): Promise<EventRow> {
  return send(
    trx,
    rowOf(alert, now, { id: newId('evt'), about: aboutId, isTest: told.isTest }),
    aboutId,
    told,
  )
}

async function send(trx: Executor, row: EventRow, subjectId: string, told: Told): Promise<EventRow> {
  await insertAlert(trx, row)
  const { type, severity, tool, agent_id } = row
  const heard = { type: type as EventType, severity: severity as Severity, tool, agentId: agent_id }
  const hearers = await hearersOf(trx, subjectId, heard, told)
  const place = placeOfAlert(heard.severity)
  await insertDeliveries(
    trx,
    deliveriesOf(row, subjectId, hearers, () => place),
  )
  return row
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
  }
}
