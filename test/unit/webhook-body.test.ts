// What does a receiver of webhooks read? The event as it is, and never 4 KB of it.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { SEVERITIES } from '../../src/events/severity.ts'
import { eventBody } from '../../src/platforms/webhook/body.ts'
import { hostileText, nested } from '../fakes/hostile-approvals.ts'

const EVENT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'approval.requested',
  severity: 'high',
  created_at: '2026-11-20T12:00:00.000Z',
  environment: 'production',
  agent: { id: 'agent-123', name: 'production-langgraph' },
  tool: 'slack.post_message',
  summary: 'Post the weekly numbers to #sales',
  action: 'pending',
  approval_id: 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  data: { digest: `sha256:${'a'.repeat(64)}`, risk: { level: 'high', score: 0.71 }, decisions: [] },
  url: 'https://sign.example.com/approvals/apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
}

const sizeOf = (body: string) => Buffer.byteLength(body)

test('an event that fits is sent exactly as it is', () => {
  expect(JSON.parse(eventBody(EVENT))).toEqual(EVENT)
})

test('up to the limit nothing is cut, and what is cut is said', () => {
  const padded = (bytes: number) => ({ ...EVENT, summary: 'x'.repeat(bytes) })
  const most = 4000 - sizeOf(eventBody(padded(0)))
  expect(JSON.parse(eventBody(padded(most)))).toEqual(padded(most))
  const { summary, truncated, ...others } = JSON.parse(eventBody(padded(most + 1)))
  expect(truncated).toBe(true)
  expect(summary).toMatch(/^x{900,}…$/)
  const { summary: _long, ...unchanged } = EVENT
  expect(others).toEqual(unchanged)
})

test('of data that is too much, the small facts stay and the long ones are shortened', () => {
  const facts = {
    status: 'denied',
    decisions: [{ verdict: 'deny', reviewer: 'Ana', note: 'n'.repeat(2000) }],
  }
  const data = { essay: 'e'.repeat(60_000), many: Array(500).fill('item'), ...facts }
  const body = JSON.parse(eventBody({ ...EVENT, data }))
  expect(body.data).toMatchObject({ status: 'denied', decisions: [{ verdict: 'deny', reviewer: 'Ana' }] })
  expect(body.data.essay).toMatch(/^e{400,}…$/)
  expect(body.data.many).toHaveLength(10)
  expect(body.truncated).toBe(true)
})

test('data of thousands of keys leaves room for nothing else than the first of them', () => {
  const data = Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`key ${i}`, i]))
  const body = eventBody({ ...EVENT, data })
  expect(sizeOf(body)).toBeLessThan(4096)
  expect(Object.entries(JSON.parse(body).data).slice(0, 2)).toEqual([
    ['key 0', 0],
    ['key 1', 1],
  ])
})

test.each(['x', '"', '\u0000', '漢', '👍', '\ud800'])(
  'even when every text is 100,000 times %j',
  (character) => {
    const text = character.repeat(100_000)
    const [environment, tool, summary, action] = [text, text, text, text]
    const long = { ...EVENT, environment, tool, summary, action, agent: { id: text, name: text } }
    const body = eventBody({ ...long, data: { text, fact: 1 }, url: `${EVENT.url}/${'a'.repeat(700)}` })
    expect(sizeOf(body)).toBeLessThan(4096)
    expect(JSON.parse(body)).toMatchObject({ truncated: true, data: { fact: 1 } })
  },
)

const hostileData = fc.oneof(
  fc.dictionary(hostileText, fc.oneof(hostileText, fc.jsonValue(), fc.array(hostileText, { maxLength: 30 }))),
  // The API takes 32 levels.
  fc.nat(64).map((depth) => ({ deep: nested(depth), after: 'x'.repeat(5000) })),
  fc.nat(6000).map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, key]))),
  fc.constant(JSON.parse(`{"__proto__":{"polluted":"${'x'.repeat(5000)}"},"constructor":"y"}`)),
)
const hostileEvent: fc.Arbitrary<EventView> = fc.record({
  id: fc.constant(EVENT.id),
  type: fc.constantFrom(...(Object.keys(EVENT_TYPES) as EventType[])),
  severity: fc.constantFrom(...SEVERITIES),
  created_at: fc.constant(EVENT.created_at),
  environment: fc.option(hostileText),
  agent: fc.option(fc.record({ id: hostileText, name: hostileText })),
  tool: fc.option(hostileText),
  summary: hostileText,
  action: fc.option(hostileText),
  approval_id: fc.option(fc.constant(EVENT.approval_id as string)),
  data: hostileData,
  url: fc.constantFrom(EVENT.url, `https://sign.example.com/${'a'.repeat(700)}/events/${EVENT.id}`),
})

test('whatever an agent sends, the body is JSON below 4 KB that names the event and links to all of it', () => {
  fc.assert(
    fc.property(hostileEvent, (event) => {
      const body = eventBody(event)
      expect(sizeOf(body)).toBeLessThan(4096)
      const { id, type, severity, created_at, approval_id, url } = event
      const parsed = JSON.parse(body)
      expect(parsed).toMatchObject({ id, type, severity, created_at, approval_id, url })
      if (parsed.truncated === undefined) expect(body).toBe(JSON.stringify(event))
      else expect(Object.keys(parsed).sort()).toEqual([...Object.keys(EVENT), 'truncated'].sort())
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
