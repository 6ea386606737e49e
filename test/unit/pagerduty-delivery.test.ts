// Shows that somebody is paged only when something is to be seen to, and that sends fail as the worker understands.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { EVENT_TYPES, type EventType } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { createEgress } from '../../src/kit/egress.ts'
import { pagerduty as pagerdutyKind } from '../../src/platforms/pagerduty/pagerduty.ts'
import type { Message, Pace, Platform, PlatformPorts } from '../../src/platforms/platform.ts'
import { closed, PENDING } from '../fakes/hostile-approvals.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { type PagerDutyServer, ROUTING_KEY, startPagerDuty } from '../fakes/pagerduty-server.ts'
import { alertMessage, approvalMessage, EVENT } from '../fakes/told-messages.ts'

const SEEN_TO = { by: 'Ana', source: 'slack', at: '2026-11-20T12:05:00.000Z' }

const alert = (changed: Partial<EventView> = {}) => alertMessage({ ...EVENT, ...changed })
function approval(view: ApprovalView = PENDING, type: EventType = 'approval.requested'): Message {
  const message = approvalMessage(view)
  return { ...message, event: { ...message.event, id: `evt_${type}`, type } }
}

const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
const kindAt = (eventsUrl: string) => pagerdutyKind({ egress, timeoutMs: 10_000, eventsUrl })
let server: PagerDutyServer
let platform: Platform<{ routing_key: string }>

beforeEach(async () => {
  server = await startPagerDuty(manualClock())
  platform = await kindAt(server.eventsUrl).create({} as PlatformPorts<{ routing_key: string }>)
})
afterEach(() => server.close())

const to = (routing_key = ROUTING_KEY, includeDetails = true) => ({
  id: 'dst_1',
  name: 'On call',
  includeDetails,
  config: { routing_key },
})
const post = (message: Message = alert(), destination = to()) => platform.post(message, destination)
const redraw = async (handle: string | undefined, message: Message) =>
  platform.redraw?.(handle as string, message, to())
const actions = () => server.taken.map(({ event_action }) => event_action)
const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error) => error,
  )

describe('somebody is paged', () => {
  test.each(Object.keys(EVENT_TYPES) as EventType[])('of %s as its type wants it', async (type) => {
    await post(type.startsWith('approval.') ? approval(PENDING, type) : alert({ type }))
    const isNothingToDo = type === 'circuit_breaker.reset' || type === 'event.acknowledged'
    expect(server.incidents).toHaveLength(isNothingToDo ? 0 : 1)
  })

  test('once for fifty equal alerts, of which each has a handle of its own', async () => {
    const handles = new Set<string | undefined>()
    for (let i = 0; i < 50; i++) handles.add((await post(alert({ id: `evt_${i}` }))).handle)
    expect(server.incidents).toMatchObject([
      { title: expect.stringMatching(/^❗ HIGH · Policy violation /), triggers: 50 },
    ])
    expect(handles.size).toBe(50)
  })

  test('once for an approval that is sent again, and told of again', async () => {
    const { handle } = await post(approval())
    expect(await post(approval())).toEqual({ handle })
    await redraw(handle, approval(PENDING, 'approval.unreached'))
    expect(server.incidents).toMatchObject([{ key: `countersign:${PENDING.id}`, triggers: 3 }])
  })

  test('without details where they shall stay out', async () => {
    await post(alert(), to(ROUTING_KEY, false))
    expect(JSON.stringify(server.taken)).not.toContain('PII in a reply')
  })

  test('again once what was over begins anew', async () => {
    const breaker = (type: EventType) => post(alert({ type }))
    await breaker('circuit_breaker.triggered')
    await breaker('circuit_breaker.reset')
    await breaker('circuit_breaker.triggered')
    expect(server.incidents.map(({ status }) => status)).toEqual(['resolved', 'triggered'])
  })
})

describe('nobody is paged any more', () => {
  test.each(['approved', 'denied', 'expired', 'withdrawn'] as const)(
    'once an approval is %s',
    async (status) => {
      const { handle } = await post(approval())
      await redraw(handle, approval(closed(status), 'approval.decided'))
      await redraw(handle, approval(closed(status), 'approval.decided'))
      expect(server.incidents).toMatchObject([{ status: 'resolved', triggers: 1 }])
      expect(actions()).toEqual(['trigger', 'resolve', 'resolve'])
    },
  )

  test('once somebody sees to an alert, and of the same again', async () => {
    const { handle } = await post()
    await redraw(handle, alert({ acknowledged: SEEN_TO }))
    await post(alert({ id: 'evt_2' }))
    expect(server.incidents).toMatchObject([{ status: 'acknowledged', triggers: 2 }])
  })

  test('once the circuit breaker is reset, also when somebody has seen to that', async () => {
    await post(alert({ type: 'circuit_breaker.triggered' }))
    const { handle } = await post(alert({ id: 'evt_2', type: 'circuit_breaker.reset' }))
    await redraw(handle, alert({ id: 'evt_2', type: 'circuit_breaker.reset', acknowledged: SEEN_TO }))
    expect(server.incidents).toMatchObject([{ status: 'resolved' }])
    expect(actions()).toEqual(['trigger', 'resolve', 'resolve'])
  })
})

describe('nobody is paged for what is done', () => {
  test('before anybody was told: an approval that is closed, an alert that somebody sees to', async () => {
    await post(approval(closed('approved'), 'approval.decided'))
    await post(alert({ acknowledged: SEEN_TO }))
    expect(server.incidents).toEqual([])
  })

  test('and what may have been told after all is closed', async () => {
    server.failNext({ dropped: 'after' })
    expect(await failureOf(post(approval()))).toMatchObject({ code: 'network_error' })
    await post(approval(closed('withdrawn'), 'approval.withdrawn'))
    expect(server.incidents).toMatchObject([{ status: 'resolved' }])
  })

  test('of an acknowledgement alone PagerDuty hears nothing', async () => {
    expect(await post(alert({ type: 'event.acknowledged', data: { type: 'policy.violation' } }))).toEqual({})
    expect(server.taken).toEqual([])
  })
})

describe('a failure', () => {
  const STRANGE_KEY = ROUTING_KEY.replace('R01', 'R02')
  const SHORT = "Length of 'routing_key' is incorrect (should be 32 characters)"
  const invalid = (errors: unknown, more = {}) => ({
    status: 400,
    body: { status: 'invalid event', message: 'Event object is invalid', errors, ...more },
  })

  test('of a key that no service has is one of the destination', async () => {
    expect(await failureOf(post(alert(), to(STRANGE_KEY)))).toMatchObject({
      what: 'destination',
      code: 'invalid_routing_key',
    })
  })

  test.each([
    [invalid([SHORT]), { what: 'destination', code: 'invalid_routing_key' }],
    [
      { status: 400, body: { status: 'invalid key', message: 'Invalid routing key' } },
      { what: 'destination', code: 'invalid_routing_key' },
    ],
    [
      invalid(["'payload.severity' is invalid"]),
      {
        what: 'message',
        code: 'invalid_event',
        excerpt: "Event object is invalid 'payload.severity' is invalid",
      },
    ],
    [invalid({ no: 'list' }), { what: 'message', code: 'invalid_event', excerpt: 'Event object is invalid' }],
    [
      { status: 400, body: '<html>Bad Request</html>' },
      { code: 'http_400', excerpt: null },
    ],
    [
      { status: 403, body: { status: 'forbidden', message: 'Not now' } },
      { code: 'http_403', excerpt: 'Not now' },
    ],
    [{ status: 404, body: '' }, { code: 'http_404' }],
    [{ status: 500, body: 'Internal Server Error' }, { code: 'http_500' }],
    [{ status: 202, body: { status: 'queued' } }, { code: 'unexpected_answer' }],
    [{ status: 200, body: { status: 'success' } }, { code: 'http_200' }],
    [{ dropped: 'before' as const }, { code: 'network_error' }],
  ])('%j is told as %j, of a post and of a redraw', async (fault, expected) => {
    const { handle } = await post()
    server.failNext(fault)
    server.failNext(fault)
    const failures = [
      await failureOf(post()),
      await failureOf(redraw(handle, alert({ acknowledged: SEEN_TO }))),
    ]
    for (const failure of failures) {
      expect(failure).toMatchObject(expected)
      expect(failure.what).toBe('what' in expected ? expected.what : undefined)
    }
  })

  test('tells no routing key, in whatever words, and never many of them', async () => {
    const words = `no service has ${ROUTING_KEY} ${'x'.repeat(1000)}`
    for (const fault of [invalid([words]), { status: 500, body: { status: words, message: words } }]) {
      server.failNext(fault)
      const failure = await failureOf(post())
      expect(failure.excerpt).toContain('no service has …')
      expect(failure.excerpt.length).toBeLessThanOrEqual(200)
      expect(JSON.stringify({ ...failure, said: `${failure.stack}` })).not.toContain(ROUTING_KEY)
    }
  })
})

describe('pacing', () => {
  test.each([
    ['7', 7_000],
    ['0', 1_000],
    ['999999', 3_600_000],
    ['Sat, 21 Nov 2026 12:00:00 GMT', 30_000],
    [undefined, 30_000],
  ])('PagerDuty’s wish %s is heard as %i ms', async (retryAfter, delayMs) => {
    server.failNext({ status: 429, body: 'Request Limit Exceeded', ...(retryAfter && { retryAfter }) })
    expect(await failureOf(post())).toMatchObject({ delayMs })
  })

  test('its limit is heard where it has one', async () => {
    for (let i = 0; i < 120; i++) await post()
    expect(await failureOf(post())).toMatchObject({ delayMs: 30_000 })
  })

  test('destinations with one key share one pace, a tenth below the limit, which does not tell the key', () => {
    const pace = (routing_key: string) => kindAt('http://x').pace({ routing_key })
    const [{ bucket, perSecond, burst = 1 }] = pace(ROUTING_KEY) as [Pace]
    expect(pace(ROUTING_KEY)).toEqual([{ bucket, perSecond, burst }])
    expect(pace('x'.repeat(32))[0]?.bucket).not.toBe(bucket)
    expect(bucket).toMatch(/^pagerduty:[\w-]{43}$/)
    expect(burst + 60 * perSecond).toBe(108)
  })

  test('the order of one incident is kept, and of no more', () => {
    const { orderKey } = kindAt('http://x')
    const triggered = { ...EVENT, type: 'circuit_breaker.triggered' } as const
    expect(orderKey?.({ ...EVENT, id: 'evt_2', type: 'circuit_breaker.reset' })).toBe(orderKey?.(triggered))
    expect(orderKey?.(EVENT)).not.toBe(orderKey?.(triggered))
  })
})

describe('a destination', () => {
  const parse = (config: object) => kindAt('http://x').config.safeParse(config)
  const refusal = (config: object) => parse(config).error?.issues[0]?.message

  test('is a routing key', () => {
    expect(parse({ routing_key: ROUTING_KEY }).data).toEqual({ routing_key: ROUTING_KEY })
    expect(refusal({})).toBe('PagerDuty channels require routing_key')
  })

  test.each(['', 'e+23rschqsESqk9Q6_-g', ROUTING_KEY.slice(1), `${ROUTING_KEY}0`, `${ROUTING_KEY}\n`])(
    'is no routing key like %j',
    (routing_key) => {
      expect(refusal({ routing_key })).toContain('32 letters and digits')
    },
  )
})
