// Makes alerts full of what an agent that means harm would send, random but repeatable, and an honest one.

import fc from 'fast-check'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { hostileText, MARK, nested } from './hostile-approvals.ts'

export const ALERT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'policy.violation',
  severity: 'high',
  created_at: '2026-11-20T22:00:00.000Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'support-bot' },
  tool: 'slack.post_message',
  summary: 'PII detected in a reply',
  action: 'blocked',
  approval_id: null,
  acknowledged: null,
  data: { policy_name: 'no-pii', rule: 'email_pattern' },
  url: 'https://countersign.example/events/evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
}

/** What would call people, somewhere. */
export const CALLS = [
  '<!everyone> <!channel> <!here>',
  '@everyone @here @channel',
  '<@U1> <@1> <@&1> <!subteam^S1>',
  '<at>everyone</at>',
  '[Ana](tg://user?id=1) <a href="tg://user?id=1">Ana</a> @ana',
]

const TYPES = Object.keys(EVENT_TYPES) as EventType[]
const hostile = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.constantFrom(...CALLS).map((call) => MARK + call) },
)

/** Every text of it hostile; what is ours in it is honest. */
export const hostileEvent: fc.Arbitrary<EventView> = fc.record({
  id: fc.constant(ALERT.id),
  type: fc.constantFrom(...TYPES),
  severity: fc.constantFrom(...SEVERITIES),
  created_at: fc.constant(ALERT.created_at),
  environment: fc.option(hostile),
  key: fc.option(fc.record({ id: fc.constant('key_1'), name: hostile })),
  agent: fc.option(fc.record({ id: hostile, name: hostile })),
  tool: fc.option(hostile),
  summary: hostile,
  action: fc.option(hostile),
  approval_id: fc.constant(null),
  acknowledged: fc.option(
    fc.record({
      by: hostile,
      source: fc.constant('slack'),
      at: fc.constant(ALERT.created_at),
    }),
  ),
  data: fc.oneof(
    fc.dictionary(hostile, fc.oneof(hostile, fc.jsonValue()), { maxKeys: 3 }),
    fc.nat(3000).map((depth) => ({ deep: nested(depth) })),
    fc.record({ acknowledged_by: hostile, acknowledged_at: fc.constant(ALERT.created_at) }),
  ),
  url: fc.oneof(
    { weight: 8, arbitrary: fc.constant(ALERT.url) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        `https://e.example/?${'\\'.repeat(2900)}`,
        `https://e.example/(x)|${'"'.repeat(150)}`,
        'http://localhost:3000/events/1',
        'x:y',
      ),
    },
  ),
})

/** So many of them, made of a few, one second apart. */
export function hostileEvents(most: number): fc.Arbitrary<EventView[]> {
  const few = fc.array(hostileEvent, { minLength: 1, maxLength: 12 })
  return fc.tuple(few, fc.integer({ min: 1, max: most })).map(([kinds, size]) =>
    Array.from({ length: size }, (_, i) => ({
      ...(kinds[i % kinds.length] as EventView),
      created_at: new Date(Date.parse(ALERT.created_at) + i * 1000).toISOString(),
    })),
  )
}
