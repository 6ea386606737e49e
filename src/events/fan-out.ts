// Writes the deliveries of an event: one for each destination that is to hear of it.

import type { DeliveryRow, DestinationRow, EventRow } from '../../db/schema.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { findListeners, type Listener } from '../store/destinations.ts'
import { type Heard, passes } from './filter.ts'
import type { Place } from './place.ts'
import { type Repeated, settingsOf } from './settings.ts'
import type { Severity } from './severity.ts'

/**
 * Whether a destination wants to hear of it: it is on, was not deleted, and its filters let it pass. A fallback hears
 * of what reached nobody, whatever its filters.
 */
export function listens(row: DestinationRow, event: Heard): boolean {
  if (!isOn(row)) return false
  if (event.type === 'approval.unreached' && settingsOf(row.settings).fallback) return true
  const list = (json: string | null): string[] | null => json && JSON.parse(json)
  const { events, tools, agents } = row
  const filter = { events: list(events), tools: list(tools), agents: list(agents) }
  return passes({ ...filter, minSeverity: row.min_severity as Severity }, event)
}

/** Whether anything new is sent there at all. */
export function isOn({ deleted_at, enabled }: DestinationRow): boolean {
  return enabled === 1 && deleted_at === null
}

/** Who is to hear of an event, whether it was told of the same card before, and how often the alert repeated. */
export type Hearer = Pick<Listener, 'id' | 'told'> & { repeated?: Repeated }

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
    ...newDelivery(event, hearer.id, placeOf(hearer)),
    subject_id: subjectId,
    repeated: hearer.repeated ? JSON.stringify(hearer.repeated) : null,
    recipient: null,
  }
}

/** Due at once. */
export function newDelivery(
  event: Pick<EventRow, 'id' | 'created_at'>,
  destinationId: string,
  place: Place,
): Omit<DeliveryRow, 'subject_id' | 'recipient'> {
  return {
    id: newId('dlv'),
    destination_id: destinationId,
    event_id: event.id,
    state: 'pending',
    attempts: 0,
    next_attempt_at: event.created_at,
    last_error: null,
    created_at: event.created_at,
    finished_at: null,
    repeated: null,
    ...place,
  }
}

export interface Told {
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
): Promise<Listener[]> {
  const hearers = (await findListeners(trx, subjectId)).filter(
    (row) => row.id === first || row.told === 1 || (!isTest && listens(row, heard)),
  )
  return firstBefore(hearers, first)
}

/** The same, the first before the others. */
export function firstBefore<One extends Hearer>(hearers: One[], first: string | undefined): One[] {
  return hearers.toSorted((a, b) => Number(b.id === first) - Number(a.id === first))
}
