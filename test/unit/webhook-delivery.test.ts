// Shows that a webhook gets one signed POST per event, which independent libraries verify, and that its answer counts.

import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { createEgress } from '../../src/kit/egress.ts'
import { Failed, type Platform, Undeliverable } from '../../src/platforms/platform.ts'
import { webhook } from '../../src/platforms/webhook/webhook.ts'
import { PENDING } from '../fakes/hostile-approvals.ts'
import { manualClock } from '../fakes/manual-clock.ts'

interface Received {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

let received: Received[] = []
let answer: RequestListener
let server: Server
let url: string

beforeAll(async () => {
  server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8').on('data', (part) => {
      body += part
    })
    req.on('end', () => {
      received.push({ method: req.method, url: req.url, headers: req.headers, body })
      answer(req, res)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  received = []
  answer = (_req, res) => void res.writeHead(204).end()
})

const HOUR_MS = 3_600_000
/** The verifiers look at the time of day. */
const clock = manualClock(Date.now())
const TIMEOUT_MS = 1_000
const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
const kind = webhook({ egress, timeoutMs: TIMEOUT_MS, clock })

const EVENT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'approval.requested',
  severity: 'high',
  created_at: '2026-11-20T12:00:00.000Z',
  environment: 'production',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-123', name: 'production-langgraph' },
  tool: 'slack.post_message',
  summary: 'Grüße an “#sales” 👩‍👩‍👧 \u2028 <b>',
  action: 'pending',
  approval_id: PENDING.id,
  acknowledged: null,
  data: { risk: { level: 'high', score: 0.71 } },
  url: PENDING.url,
}

type Given = Record<string, unknown>

async function post(config: Given, event: EventView = EVENT, includeDetails = true): Promise<Received> {
  const platform: Platform = (await kind.create({} as never)) as Platform
  const to = {
    id: 'dst_1',
    name: 'A place',
    config: kind.config.parse({ url, ...config }),
    includeDetails,
  }
  expect(await platform.post({ kind: 'alert', event }, to)).toEqual({})
  return received.at(-1) as Received
}

function verified({ headers, body }: Received, secret: string): unknown[] {
  const signed = headers as Record<string, string>
  return [new StandardWebhook(secret).verify(body, signed), new SvixWebhook(secret).verify(body, signed)]
}

const whsec = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`

describe('by Standard Webhooks', () => {
  test('both libraries verify what arrives, and read the event as it is', async () => {
    const { secret } = kind.config.parse({ url })
    const request = await post({ secret })
    expect(verified(request, secret)).toEqual([EVENT, EVENT])
    expect(() => verified(request, whsec(9))).toThrow('No matching signature')
  })

  test('it is one POST of JSON to the path as configured', async () => {
    const request = await post({ secret: whsec(1), url: `${url}?key=a%20b#not-sent` })
    expect(received).toHaveLength(1)
    expect([request.method, request.url]).toEqual(['POST', '/in?key=a%20b'])
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Countersign' })
  })

  test('an approval is told as its event, which names its state', async () => {
    const platform = (await kind.create({} as never)) as Platform
    const to = {
      id: 'dst_1',
      name: 'A place',
      config: kind.config.parse({ url, secret: whsec(1) }),
      includeDetails: true,
    }
    await platform.post({ kind: 'approval', view: PENDING, event: EVENT }, to)
    expect(verified(received[0] as Received, whsec(1))).toEqual([EVENT, EVENT])
  })

  test('each attempt names the same id and is signed anew', async () => {
    const first = await post({ secret: whsec(1) })
    clock.advance(60_000)
    const second = await post({ secret: whsec(1) })
    expect([first.headers['webhook-id'], second.headers['webhook-id']]).toEqual([EVENT.id, EVENT.id])
    const [from, to] = [first, second].map(({ headers }) => Number(headers['webhook-timestamp']))
    expect((to as number) - (from as number)).toBe(60)
    expect(verified(second, whsec(1))).toEqual([EVENT, EVENT])
  })

  test('while the secret changes both verify; after the chosen time only the new one', async () => {
    const changed = kind.config.parse({
      ...kind.config.parse({ url, secret: whsec(1) }),
      secret: whsec(2),
      previous_secret_hours: 1,
    })
    const during = await post(changed as unknown as Given)
    expect(during.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    expect(verified(during, whsec(1))).toEqual([EVENT, EVENT])
    expect(verified(during, whsec(2))).toEqual([EVENT, EVENT])

    const platform = (await kind.create({} as never)) as Platform
    const later = manualClock(clock.now() + HOUR_MS)
    const afterwards = (await webhook({ egress, timeoutMs: TIMEOUT_MS, clock: later }).create(
      {} as never,
    )) as Platform
    const to = { id: 'dst_1', name: 'A place', config: changed, includeDetails: true }
    await platform.post({ kind: 'alert', event: EVENT }, to)
    await afterwards.post({ kind: 'alert', event: EVENT }, to)
    const signatures = received
      .slice(-2)
      .map(({ headers }) => String(headers['webhook-signature']).split(' '))
    expect(signatures.map((list) => list.length)).toEqual([2, 1])
    const last = received.at(-1) as Received
    const timestamp = last.headers['webhook-timestamp']
    const expected = createHmac('sha256', Buffer.alloc(32, 2)).update(`${EVENT.id}.${timestamp}.${last.body}`)
    expect(last.headers['webhook-signature']).toBe(`v1,${expected.digest('base64')}`)
  })

  test('what is far too long arrives below 4 KB, verified', async () => {
    const long = { ...EVENT, summary: '漢'.repeat(50_000), data: { note: '"'.repeat(50_000) } }
    const request = await post({ secret: whsec(1) }, long)
    expect(Buffer.byteLength(request.body)).toBeLessThan(4096)
    const [read] = verified(request, whsec(1))
    expect(read).toMatchObject({ id: EVENT.id, url: EVENT.url, truncated: true })
  })

  test('without details nothing of what an agent told arrives, verified', async () => {
    const telling = { ...EVENT, summary: 'zqxj', data: { zqxj: 'zqxj' } }
    const request = await post({ secret: whsec(1) }, telling, false)
    expect(request.body).not.toContain('zqxj')
    const [read] = verified(request, whsec(1))
    expect(read).toMatchObject({ id: EVENT.id, action: 'pending', tool: EVENT.tool, url: EVENT.url })
  })
})

describe('by the sha256 style', () => {
  /** As a published example verifies: the literal secret, over "timestamp.body", in lower-case hexadecimal. */
  function isFromUs(
    { headers, body }: Received,
    secret: string,
    signature: string,
    timestamp: string,
  ): boolean {
    const expected = createHmac('sha256', Buffer.from(secret, 'utf8'))
      .update(Buffer.from(`${headers[timestamp]}.${body}`, 'utf8'))
      .digest('hex')
    return headers[signature] === `sha256=${expected}`
  }

  const literal = 'whsec_your_signing_secret'

  test('the example of a product that came before verifies under its own header names', async () => {
    const request = await post({
      signature: 'sha256',
      secret: literal,
      signature_header: 'X-Tork-Signature',
      timestamp_header: 'X-Tork-Timestamp',
    })
    expect(isFromUs(request, literal, 'x-tork-signature', 'x-tork-timestamp')).toBe(true)
    expect(isFromUs(request, `${literal}!`, 'x-tork-signature', 'x-tork-timestamp')).toBe(false)
    expect(JSON.parse(request.body)).toEqual(EVENT)
    expect(request.headers['webhook-id']).toBe(EVENT.id)
    expect(request.headers['webhook-signature']).toBeUndefined()
  })

  test('a made secret is used as it is written, under our header names', async () => {
    const { secret } = kind.config.parse({ url, signature: 'sha256' })
    const request = await post({ signature: 'sha256', secret })
    expect(isFromUs(request, secret, 'x-countersign-signature', 'x-countersign-timestamp')).toBe(true)
    const sent = Number(request.headers['x-countersign-timestamp'])
    expect(sent).toBe(Math.floor(clock.now() / 1000))
  })

  test('while the secret changes the one before signs in a header of its own', async () => {
    const first = kind.config.parse({ url, signature: 'sha256', secret: literal })
    const changed = kind.config.parse({ ...first, secret: 'another-literal-secret' })
    const request = await post(changed as unknown as Given)
    const [name, timestamp] = ['x-countersign-signature', 'x-countersign-timestamp'] as const
    expect(isFromUs(request, 'another-literal-secret', name, timestamp)).toBe(true)
    expect(isFromUs(request, literal, `${name}-previous`, timestamp)).toBe(true)
  })
})

test('headers of an admin are sent, and ours stand beside them', async () => {
  const headers = { Authorization: 'Bearer a.b-c', 'USER-AGENT': 'Ours', 'X-Two': 'two words' }
  const request = await post({ secret: whsec(1), headers })
  expect(request.headers).toMatchObject({
    authorization: 'Bearer a.b-c',
    'user-agent': 'Ours',
    'x-two': 'two words',
  })
  expect(verified(request, whsec(1))).toEqual([EVENT, EVENT])
})

describe('the answer', () => {
  const failure = async (): Promise<Error & { code?: string }> =>
    post({ secret: whsec(1) }).then(
      () => expect.unreachable('it was taken'),
      (error) => error,
    )

  test.each([200, 201, 202, 204, 299])('%i is a delivery, whatever the body says', async (status) => {
    answer = (_req, res) => void res.writeHead(status).end(status === 204 ? undefined : '<html>no')
    await post({ secret: whsec(1) })
  })

  test('a delivery stays one when 5 MB follow', async () => {
    answer = (_req, res) => void res.end('x'.repeat(5_000_000))
    await post({ secret: whsec(1) })
  })

  test.each([301, 302, 307, 308, 400, 401, 403, 404, 408, 413, 500, 502, 503])(
    '%i is a failure that is tried again, and nothing of its body is kept',
    async (status) => {
      answer = (_req, res) => void res.writeHead(status, { location: '/elsewhere' }).end('an inside secret')
      const error = await failure()
      expect(error).toBeInstanceOf(Failed)
      expect(error.code).toBe(`http_${status}`)
      expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('inside secret')
      expect(received.map((request) => request.url)).toEqual(['/in'])
    },
  )

  test('410 ends the destination', async () => {
    answer = (_req, res) => void res.writeHead(410).end()
    const error = await failure()
    expect(error).toBeInstanceOf(Undeliverable)
    expect(error).toMatchObject({ what: 'destination', code: 'http_410' })
  })

  test.each<[string, string | number | undefined, number, number]>([
    ['seconds', '7', 7_000, 7_000],
    ['a date', 90_000, 89_000, 90_000],
    ['no time', undefined, 60_000, 60_000],
    ['nonsense', 'soon', 60_000, 60_000],
    ['no seconds at all', '0', 1_000, 1_000],
    ['a date that is over', -90_000, 1_000, 1_000],
    ['a thousand years', '31536000000', 3_600_000, 3_600_000],
  ])('429 with %s asks for a pause', async (_what, asked, from, to) => {
    const retryAfter = typeof asked === 'number' ? new Date(clock.now() + asked).toUTCString() : asked
    answer = (_req, res) => void res.writeHead(429, retryAfter ? { 'retry-after': retryAfter } : {}).end()
    const { delayMs } = (await failure()) as Error & { delayMs: number }
    expect(delayMs).toBeGreaterThanOrEqual(from)
    expect(delayMs).toBeLessThanOrEqual(to)
  })

  test.each<[string, RequestListener]>([
    ['closes the connection', (req) => void req.socket.destroy()],
    [
      'closes it in the middle of the body',
      (req, res) => {
        res.writeHead(200, { 'content-length': '99' }).write('half')
        setImmediate(() => req.socket.destroy())
      },
    ],
  ])('a receiver that %s is tried again', async (_how, listener) => {
    answer = listener
    expect(await failure()).toMatchObject({ code: 'network_error' })
  })

  test('a receiver that trickles its answer holds a send up no longer than it may take', async () => {
    answer = (_req, res) => {
      const drip = setInterval(() => res.write('x'), 100)
      res.on('close', () => clearInterval(drip))
    }
    const from = performance.now()
    const error = await failure()
    expect(error).toBeInstanceOf(Failed)
    expect(error.code).toBe('timeout')
    expect(performance.now() - from).toBeLessThan(TIMEOUT_MS + 2_000)
  })
})

test('an address that came to lead inside is never reached', async () => {
  const closed = webhook({
    egress: createEgress({ allowCidrs: [], allowHttp: true }),
    timeoutMs: TIMEOUT_MS,
    clock,
  })
  const platform = (await closed.create({} as never)) as Platform
  const to = {
    id: 'dst_1',
    name: 'A place',
    config: kind.config.parse({ url, secret: whsec(1) }),
    includeDetails: true,
  }
  const error = await platform.post({ kind: 'alert', event: EVENT }, to).catch((error) => error)
  expect(error).toBeInstanceOf(Failed)
  expect(error.code).toBe('egress_refused')
  expect(received).toEqual([])
})
