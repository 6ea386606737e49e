// Shows that a machine gets an event as it is where it fits, and always less than 4 KB of it.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { compactEvent, withoutDetails } from '../../src/platforms/compact-event.ts'
import { EVENT, hostileEvent } from '../fakes/told-events.ts'

const eventBody = (event: EventView) => JSON.stringify(compactEvent(event))
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
  expect(summary).toMatch(/^x{400,}…$/)
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
    const key = { id: 'key_1', name: text }
    const acknowledged = { by: text, source: 'slack', at: EVENT.created_at }
    const long = { ...EVENT, environment, tool, summary, action, key, agent: { id: text, name: text } }
    const body = eventBody({
      ...long,
      acknowledged,
      data: { text, fact: 1 },
      url: `${EVENT.url}/${'a'.repeat(700)}`,
    })
    expect(sizeOf(body)).toBeLessThan(4096)
    expect(JSON.parse(body)).toMatchObject({ truncated: true, key: { id: 'key_1' }, data: { fact: 1 } })
  },
)

test.each(['漢', '\u0001', '👍'])(
  'two identifiers full of %j that differ in the middle stay different',
  (sign) => {
    const [one, other] = ['a', 'b'].map(
      (middle) => sign.repeat(199 / sign.length / 2) + middle + sign.repeat(50),
    )
    const much = { summary: 's'.repeat(2000), data: { text: 'x'.repeat(16_000) } }
    const told = (id = '') =>
      compactEvent({ ...EVENT, ...much, agent: { id, name: '' }, tool: id, environment: id })
    expect(told(one)).toMatchObject({ truncated: true })
    expect(told(one).agent?.id).not.toBe(told(other).agent?.id)
    expect(told(one).tool).not.toBe(told(other).tool)
    expect(told(one).environment).not.toBe(told(other).environment)
  },
)

describe('without details', () => {
  const MARK = 'zqxj'
  const agent = { id: 'agent-123', name: `${MARK} bot` }
  const alert: EventView = {
    ...EVENT,
    ...{ type: 'policy.violation', agent, approval_id: null, action: `${MARK} wire` },
  }
  const telling = { summary: `${MARK} the summary`, data: { reasons: [MARK], [MARK]: 1 } }

  test('nothing of what an agent told is left but which agent, which tool and which environment; the key is ours', () => {
    for (const event of [
      { ...EVENT, ...telling },
      { ...alert, ...telling },
    ]) {
      const told = withoutDetails(event)
      expect(JSON.stringify(told)).not.toContain(MARK)
      const { id, type, severity, key, tool, environment, approval_id, url } = event
      expect(told).toMatchObject({ id, type, severity, key, tool, environment, approval_id, url })
      expect(told.agent).toEqual({ id: 'agent-123', name: 'agent-123' })
    }
  })

  test('how an approval stands, and what only we tell, is still said', () => {
    expect(withoutDetails({ ...EVENT, action: 'denied' }).action).toBe('denied')
    const data = { event_id: alert.id, acknowledged_by: 'Ana' }
    const news: EventView = { ...alert, type: 'event.acknowledged', action: 'acknowledged', data }
    expect(withoutDetails({ ...news, summary: `Ana acknowledged: ${MARK}` })).toEqual({
      ...news,
      agent: { id: 'agent-123', name: 'agent-123' },
      summary: 'Event acknowledged',
    })
  })
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
  )
})
