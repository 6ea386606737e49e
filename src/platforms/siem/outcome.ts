// Gives an event's outcome in OCSF's terms: its finding's state, whether it alerts, and what was done about the action.

import { EVENT_TYPES, type EventType } from '../../events/catalogue.ts'
import type { EventView } from '../../events/event.ts'
import { atLeast } from '../../events/severity.ts'

/** A number and the caption that OCSF gives it. */
export type Coded = [id: number, caption: string]

const CREATE: Coded = [1, 'Create']
const UPDATE: Coded = [2, 'Update']
const CLOSE: Coded = [3, 'Close']

const LATER: Partial<Record<EventType, Coded>> = {
  'approval.unreached': UPDATE,
  'approval.decided': CLOSE,
  'approval.expired': CLOSE,
  'approval.withdrawn': CLOSE,
  'approval.redeemed': UPDATE,
  'approval.revoked': UPDATE,
  'approval.grant_ended': UPDATE,
  'event.acknowledged': UPDATE,
}

export function activityOf({ type }: EventView): Coded {
  return LATER[type] ?? CREATE
}

export function statusOf({ type, approval_id, action, acknowledged }: EventView): Coded {
  if (approval_id !== null && action !== 'pending') return [4, 'Resolved']
  return acknowledged !== null || type === 'event.acknowledged' ? [2, 'In Progress'] : [1, 'New']
}

/**
 * Whether it calls for attention: an alert that is medium or worse, by its type or as it was sent. The steps
 * of an approval do not, from the policy that asks for it on, nor does the news that somebody sees to an alert.
 */
export function isAlert({ type, severity }: EventView): boolean {
  const { severity: usual } = EVENT_TYPES[type]
  if (usual === null || type === 'decision.require_approval') return false
  return atLeast(usual, 'medium') || atLeast(severity, 'medium')
}

/** Of the profile security_control: what was done about the action, and with which outcome for it. */
export interface Control {
  action: Coded
  disposition: Coded
}

const UNKNOWN: Coded = [0, 'Unknown']
const ALLOWED: Coded = [1, 'Allowed']
const DENIED: Coded = [2, 'Denied']
const MODIFIED: Coded = [4, 'Modified']
const BLOCKED: Coded = [2, 'Blocked']
const DELAYED: Coded = [14, 'Delayed']

/** By the status of an approval. Nobody acted on one that was withdrawn, and what nobody decides in time may not run. */
const BY_STATUS: Record<string, Control> = {
  pending: { action: UNKNOWN, disposition: DELAYED },
  approved: { action: ALLOWED, disposition: [8, 'Approved'] },
  denied: { action: DENIED, disposition: [25, 'Rejected'] },
  expired: { action: DENIED, disposition: BLOCKED },
  withdrawn: { action: UNKNOWN, disposition: [16, 'No Action'] },
}

const BY_TYPE: Partial<Record<EventType, Control>> = {
  'decision.allow': { action: ALLOWED, disposition: [1, 'Allowed'] },
  'decision.deny': { action: DENIED, disposition: BLOCKED },
  'decision.sanitize': { action: MODIFIED, disposition: [11, 'Corrected'] },
  'decision.require_approval': { action: UNKNOWN, disposition: DELAYED },
  'agent.blocked': { action: DENIED, disposition: BLOCKED },
}

/** undefined: the event says nothing of a control, or in words alone. */
export function controlOf({ type, approval_id, action }: EventView): Control | undefined {
  return approval_id === null ? BY_TYPE[type] : BY_STATUS[action ?? '']
}
