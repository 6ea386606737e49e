// Who is told of an event? The one way from what happened to the outbox.

import type { DeliveryRow, DestinationRow, EventRow } from '../../db/schema.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { insertDeliveries } from '../store/deliveries.ts'
import { findListeners } from '../store/destinations.ts'
import { insertAlert } from '../store/events.ts'
import type { EventType } from './catalogue.ts'
import { type Heard, hears } from './hears.ts'
import type { Severity } from './severity.ts'

/** Whether a destination wants to hear of it: it is on, was not deleted, and its filters let it pass. */
export function listens(row: DestinationRow, event: Heard): boolean {
  if (row.enabled !== 1 || row.deleted_at !== null) return false
  const list = (json: string | null): string[] | null => json && JSON.parse(json)
  const { events, tools, agents } = row
  const filter = { events: list(events), tools: list(tools), agents: list(agents) }
  return hears({ ...filter, minSeverity: row.min_severity as Severity }, event)
}

/** One delivery of the event for each destination, due at once, in this order. */
export function deliveriesOf(
  event: Pick<EventRow, 'id' | 'approval_id' | 'created_at'>,
  destinationIds: string[],
): DeliveryRow[] {
  return destinationIds.map((destinationId) => ({
    id: newId('dlv'),
    destination_id: destinationId,
    event_id: event.id,
    approval_id: event.approval_id,
    state: 'pending',
    attempts: 0,
    next_attempt_at: event.created_at,
    last_error: null,
    created_at: event.created_at,
    finished_at: null,
  }))
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
}

/** Records an alert and its deliveries. `only`: for one destination alone, whatever its filters, as a test. */
export async function emit(trx: Executor, alert: Alert, now: number, only?: string): Promise<EventRow> {
  const { type, severity, agent, tool, environment, summary, action, data, keyId } = alert
  const row: EventRow = {
    id: newId('evt'),
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
  }
  await insertAlert(trx, row)
  const heard: Heard = { type, severity, tool, agentId: agent?.id ?? null }
  const destinations = only
    ? [only]
    : (await findListeners(trx, row.id)).filter((place) => listens(place, heard)).map(({ id }) => id)
  await insertDeliveries(trx, deliveriesOf(row, destinations))
  return row
}

/** A place that can hear no more is itself worth telling the others of. */
export function emitSwitchedOff(
  trx: Executor,
  { id, name, channel_type }: Pick<DestinationRow, 'id' | 'name' | 'channel_type'>,
  reason: string,
  now: number,
): Promise<EventRow> {
  return emit(
    trx,
    {
      type: 'destination.disabled',
      severity: 'high',
      agent: null,
      tool: null,
      environment: null,
      summary: `The destination "${name}" was switched off: ${reason}`,
      action: 'disabled',
      data: { destination_id: id, channel_type, reason },
      keyId: null,
    },
    now,
  )
}
