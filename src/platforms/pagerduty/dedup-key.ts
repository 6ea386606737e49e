// Says which PagerDuty incident an event is about, by a key that equal alerts share and two agents never do.

import { createHash } from 'node:crypto'
import { type EventType, endedBy } from '../../events/catalogue.ts'
import type { EventView } from '../../events/event.ts'

/** Whether it says that something is over. */
export function isEnd({ type }: EventView): boolean {
  return endedBy(type) !== undefined
}

/**
 * One for each approval, one for all alerts of a type that an agent has; what ends or acknowledges them has the same.
 * Below the 255 characters that PagerDuty takes; https://developer.pagerduty.com/docs/send-alert-event
 */
export function dedupKeyOf(event: EventView): string {
  if (event.approval_id !== null) return `countersign:${event.approval_id}`
  const type = alertType(event)
  return `countersign:${endedBy(type) ?? type}:${hash(JSON.stringify(whose(event)))}`
}

function alertType({ type, data }: EventView): EventType {
  // Only we tell of acknowledgements, with the type of the alert.
  return type === 'event.acknowledged' ? (data.type as EventType) : type
}

/** Two destinations in trouble are two incidents. */
function whose({ type, agent, data }: EventView): unknown {
  return (type.startsWith('destination.') ? data.destination_id : agent?.id) ?? null
}

/** Of JSON, in which also texts that are no Unicode differ. */
function hash(json: string): string {
  return createHash('sha256').update(json).digest('base64url')
}

/** Where an event stands: its incident, and which of the events in it this is. */
export function handleOf(event: EventView): string {
  return `${dedupKeyOf(event)} ${event.id}`
}

export function dedupKeyIn(handle: string): string {
  return handle.split(' ')[0] as string
}
