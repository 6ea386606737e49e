// Defines who alone is told of an event, and writes the deliveries of those who are.

import type { DeliveryRow, EventRow } from '../../db/schema.ts'
import { newDelivery } from './fan-out.ts'
import { DIRECT } from './place.ts'

/** Never an address: that is looked up at the moment of the send. */
export type Recipient =
  /** Of the eldest of those that were joined. */
  | { person_id: string }
  /** Nobody of ours is known by it. */
  | { account: { platform: string; tenant: string; user_id: string } }
  /** On whose behalf the approval is asked. */
  | { requester: true }

/** Somebody to be told, and the destinations at which they may be known, the likeliest first: never none. */
export interface Direct {
  recipient: Recipient
  places: string[]
}

/** `next`: the destinations that are tried where this one does not reach them. */
type Stored = Recipient & { next: string[] }

/** One delivery for each. It shows no card: nothing waits for it, and it waits for nothing. */
export function directDeliveriesOf(
  event: Pick<EventRow, 'id' | 'created_at'>,
  direct: Direct[],
): DeliveryRow[] {
  return direct.map(({ recipient, places: [first = '', ...next] }) => {
    const row = newDelivery(event, first, DIRECT)
    return { ...row, subject_id: row.id, recipient: storedAs(recipient, next) }
  })
}

/** null: all who are at its destination. */
export function recipientOf(row: Pick<DeliveryRow, 'recipient'>): Recipient | null {
  if (row.recipient === null) return null
  const { next: _, ...recipient }: Stored = JSON.parse(row.recipient)
  return recipient
}

/** The destinations after its own. */
export function nextPlacesOf(row: Pick<DeliveryRow, 'recipient'>): string[] {
  if (row.recipient === null) return []
  const { next }: Stored = JSON.parse(row.recipient)
  return next
}

/** The same recipient at one of the next places: those before it were tried, or cannot be. */
export function recipientAt(
  row: Pick<DeliveryRow, 'recipient'>,
  place: string,
): Pick<DeliveryRow, 'recipient'> {
  const recipient = recipientOf(row)
  const next = nextPlacesOf(row)
  return { recipient: recipient && storedAs(recipient, next.slice(next.indexOf(place) + 1)) }
}

function storedAs(recipient: Recipient, next: string[]): string {
  return JSON.stringify({ ...recipient, next } satisfies Stored)
}
