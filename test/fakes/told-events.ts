// Makes the events that machines hear: one of every type as it usually is, and any of them full of hostile text.

import fc from 'fast-check'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { hostileText, nested } from './hostile-approvals.ts'

export const TYPES = Object.keys(EVENT_TYPES) as EventType[]

export const EVENT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'approval.requested',
  severity: 'high',
  created_at: '2026-11-20T12:00:00.123Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'production-langgraph' },
  tool: 'slack.post_message',
  summary: 'Post the weekly numbers to #sales',
  action: 'pending',
  approval_id: 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  acknowledged: null,
  data: {
    digest: `sha256:${'a'.repeat(64)}`,
    risk: { level: 'high', score: 0.71 },
    reasons: ['PII_EGRESS', 'NEW_RECIPIENT'],
    decisions: [],
    review_notes: null,
  },
  url: 'https://sign.example.com/approvals/apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
}

const ENDINGS: Partial<Record<EventType, string>> = {
  'approval.decided': 'approved',
  'approval.expired': 'expired',
  'approval.withdrawn': 'withdrawn',
}

/** As the product itself tells it. */
export function usualEvent(type: EventType): EventView {
  if (type.startsWith('approval.')) return usualApproval(type, ENDINGS[type] ?? 'pending')
  const alert = { ...EVENT, type, approval_id: null, url: `https://sign.example.com/events/${EVENT.id}` }
  if (type !== 'event.acknowledged') return { ...alert, action: 'blocked', data: { policy_id: 'pol_1' } }
  const data = { event_id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1a1', acknowledged_by: 'Ana', source: 'slack' }
  return { ...alert, action: 'acknowledged', data }
}

function usualApproval(type: EventType, status: string): EventView {
  const vote = { verdict: 'approve', reviewer: 'Ana', source: 'teams', note: 'checked with finance' }
  const decisions = status === 'approved' ? [vote] : []
  const review_notes = status === 'approved' ? 'Approved by Ana via teams' : null
  return {
    ...EVENT,
    type,
    action: status,
    data: { ...EVENT.data, decisions, decided_by: decisions[0]?.reviewer ?? null, review_notes },
  }
}

const hostileData = fc.oneof(
  fc.dictionary(hostileText, fc.oneof(hostileText, fc.jsonValue(), fc.array(hostileText, { maxLength: 30 }))),
  // An agent may call its own data by the names of ours.
  fc.record({ reasons: fc.oneof(fc.array(hostileText), fc.jsonValue()), acknowledged_by: hostileText }),
  // The API takes 32 levels.
  fc.nat(64).map((depth) => ({ deep: nested(depth), after: 'x'.repeat(5000) })),
  fc.nat(6000).map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, key]))),
  fc.constant(JSON.parse(`{"__proto__":{"polluted":"${'x'.repeat(5000)}"},"constructor":"y"}`)),
)

const hostileApproval = fc.record({
  digest: fc.constant(EVENT.data.digest),
  reasons: fc.array(hostileText, { maxLength: 50 }),
  decisions: fc.array(fc.record({ reviewer: hostileText, note: fc.option(hostileText) }), { maxLength: 2 }),
  review_notes: fc.option(hostileText),
})

/** Every text of it hostile; what is ours in it is honest. */
export const hostileEvent: fc.Arbitrary<EventView> = fc
  .record({
    id: fc.constant(EVENT.id),
    type: fc.constantFrom(...TYPES),
    severity: fc.constantFrom(...SEVERITIES),
    created_at: fc.constant(EVENT.created_at),
    environment: fc.option(hostileText),
    key: fc.option(fc.record({ id: fc.constant('key_1'), name: hostileText })),
    agent: fc.option(fc.record({ id: hostileText, name: hostileText })),
    tool: fc.option(hostileText),
    summary: hostileText,
    action: fc.option(hostileText),
    acknowledged: fc.option(
      fc.record({ by: hostileText, source: fc.constant('slack'), at: fc.constant(EVENT.created_at) }),
    ),
    url: fc.constantFrom(EVENT.url, `https://sign.example.com/${'a'.repeat(700)}/events/${EVENT.id}`),
    status: fc.constantFrom('pending', 'approved', 'denied', 'expired', 'withdrawn'),
    told: hostileData,
    decided: hostileApproval,
  })
  .map(({ status, told, decided, ...event }): EventView => {
    if (!event.type.startsWith('approval.')) return { ...event, approval_id: null, data: told }
    return { ...event, action: status, approval_id: EVENT.approval_id, acknowledged: null, data: decided }
  })
