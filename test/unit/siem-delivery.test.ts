// Shows that a SIEM receives many events in one request, in its product's own form, and that none is lost.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventView } from '../../src/events/event.ts'
import { createEgress } from '../../src/kit/egress.ts'
import {
  type Destination,
  Failed,
  Misconfigured,
  type Platform,
  Undeliverable,
} from '../../src/platforms/platform.ts'
import type { Format, Preset, SiemConfig } from '../../src/platforms/siem/config.ts'
import { siem } from '../../src/platforms/siem/siem.ts'
import { parseCef } from '../fakes/cef-parser.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { ocsfBreaches } from '../fakes/ocsf-rules.ts'
import {
  type Collectors,
  DATADOG_KEY,
  SPLUNK_TOKEN,
  startCollectors,
  type Taken,
} from '../fakes/siem-collectors.ts'
import { EVENT, TYPES, usualEvent } from '../fakes/told-events.ts'

let collectors: Collectors
let platform: Platform<SiemConfig>
const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
const clock = manualClock(Date.parse('2026-11-20T12:00:05.000Z'))
const kind = siem({ egress, timeoutMs: 10_000, clock })

beforeAll(async () => {
  collectors = await startCollectors()
  platform = await kind.create({} as never)
})
afterAll(() => collectors.close())
beforeEach(() => collectors.reset())

type Product = Preset | 'plain'
const PRODUCTS: Product[] = ['splunk_hec', 'datadog', 'plain']
const FORMATS: Format[] = ['cef', 'ocsf', 'json']
const COMBINATIONS = PRODUCTS.flatMap((product) => FORMATS.map((format) => [product, format] as const))
const HEADERS = {
  splunk_hec: { Authorization: `Splunk ${SPLUNK_TOKEN}` },
  datadog: { 'DD-API-KEY': DATADOG_KEY },
  plain: {},
}

function placeOf(
  product: Product,
  format: Format,
  wanted: Record<string, unknown> = {},
): Destination<SiemConfig> {
  const url = { splunk_hec: collectors.splunk, datadog: collectors.datadog, plain: collectors.plain }[product]
  const preset = product === 'plain' ? {} : { preset: product }
  const config = kind.config.parse({ url, format, headers: HEADERS[product], ...preset, ...wanted })
  return { id: 'dst_1', name: 'A SIEM', config, includeDetails: true }
}

const digest = (events: EventView[], to: Destination<SiemConfig>) => platform.digest?.({ events }, to)
const numbered = (count: number, event = EVENT) =>
  Array.from({ length: count }, (_, i) => ({ ...event, id: `evt_${i}` }))

/** What was wrapped, whatever the product: a line of CEF, or an object. */
function unwrapped(product: Product, format: Format, taken: Taken): unknown {
  if (product === 'splunk_hec') return taken.event
  if (product === 'plain') return format === 'cef' ? taken.line : taken
  return format === 'cef' ? taken.message : JSON.parse(taken.message as string)
}

function idOf(format: Format, rendered: unknown): unknown {
  if (format === 'cef') return parseCef(rendered as string).extension.externalId
  return format === 'ocsf'
    ? (rendered as { metadata: { uid: string } }).metadata.uid
    : (rendered as EventView).id
}

describe.each(COMBINATIONS)('to %s as %s', (product, format) => {
  const read = () => collectors.taken.map((taken) => unwrapped(product, format, taken))
  const ids = () => read().map((rendered) => idOf(format, rendered))

  test('every type of event is taken, all in one request and in their order', async () => {
    const events = TYPES.map((type, i) => ({ ...usualEvent(type), id: `evt_${i}` }))
    await expect(digest(events, placeOf(product, format))).resolves.toEqual({})
    expect(collectors.requests).toHaveLength(1)
    expect(ids()).toEqual(events.map(({ id }) => id))
    if (format === 'json') expect(read()).toEqual(events)
    if (format === 'ocsf') expect(read().flatMap(ocsfBreaches)).toEqual([])
  })

  test('a single event is taken in the same form', async () => {
    await platform.post({ kind: 'alert', event: EVENT }, placeOf(product, format))
    expect(ids()).toEqual([EVENT.id])
  })

  test.each(['\\', '=', '漢', '\u202e'])(
    'as many as go together fit into one request, also when they are full of %j',
    async (character) => {
      // As long as the API lets them be.
      const [text, name] = [character.repeat(2000), character.repeat(200)]
      const agent = { id: name, name }
      const full = { ...usualEvent('policy.violation'), agent, tool: name, action: name, summary: text }
      const events = numbered(kind.batch ?? 1, {
        ...full,
        environment: name,
        data: { reasons: [text], text },
      })
      await digest(events, placeOf(product, format))
      expect(ids()).toEqual(events.map(({ id }) => id))
      expect(collectors.requests).toMatchObject([{ bytes: expect.any(Number) }])
      expect(collectors.requests[0]?.bytes).toBeLessThanOrEqual(product === 'datadog' ? 5_000_000 : 1_000_000)
    },
  )

  test('an identifier that only looks like another one is not taken for it', async () => {
    const agent = { id: 'agent-1\u200b', name: 'A' }
    const [tool, environment] = ['slack.post ', ' a  b\tc\n']
    const event = { ...usualEvent('policy.violation'), agent, tool, environment }
    await digest([event], placeOf(product, format))
    const [rendered] = read()
    const told = JSON.stringify(format === 'cef' ? parseCef(rendered as string).extension : rendered)
    for (const shown of [
      String.raw`agent-1\u{200b}`,
      String.raw`slack.post\u{20}`,
      String.raw`\u{20}a\u{20} b\u{9}c\u{a}`,
    ]) {
      expect(told).toContain(JSON.stringify(shown))
    }
  })

  test('without details nothing of what an agent told arrives', async () => {
    const told = { summary: 'zqxj', action: 'zqxj', data: { zqxj: ['zqxj'] } }
    const event = { ...usualEvent('policy.violation'), ...told }
    await digest([event], { ...placeOf(product, format), includeDetails: false })
    expect(ids()).toEqual([event.id])
    expect(JSON.stringify(collectors.taken)).not.toContain('zqxj')
  })
})

test('a thousand events arrive once each and in their order', async () => {
  const events = numbered(1000)
  const most = kind.batch ?? 1
  const to = placeOf('splunk_hec', 'json')
  for (let from = 0; from < events.length; from += most) await digest(events.slice(from, from + most), to)
  expect(collectors.taken.map(({ event }) => (event as EventView).id)).toEqual(events.map(({ id }) => id))
})

test('Splunk is told when it happened, from where, and in which format', async () => {
  await digest([EVENT], placeOf('splunk_hec', 'cef'))
  expect(collectors.taken).toEqual([
    {
      time: 1_795_176_000.123,
      host: 'sign.example.com',
      source: 'countersign',
      sourcetype: 'countersign:cef',
      event: expect.stringMatching(/^CEF:0\|Countersign\|/),
    },
  ])
})

test('Datadog is told of which service, from where, and with which tags', async () => {
  await digest([EVENT, { ...EVENT, environment: 'eu west,service:evil' }], placeOf('datadog', 'json'))
  const log = { ddsource: 'countersign', hostname: 'sign.example.com', service: 'countersign' }
  expect(collectors.taken).toEqual([
    {
      ...log,
      ddtags: 'event_type:approval.requested,severity:high,env:production',
      message: JSON.stringify(EVENT),
    },
    expect.objectContaining({
      ddtags: 'event_type:approval.requested,severity:high,env:eu_west_service_evil',
    }),
  ])
})

test('a collector without a form of its own gets one event in a line, and says so', async () => {
  for (const format of FORMATS) await digest(numbered(2), placeOf('plain', format))
  expect(collectors.requests.map(({ type }) => type)).toEqual([
    'text/plain; charset=utf-8',
    'application/x-ndjson',
    'application/x-ndjson',
  ])
  expect(collectors.taken).toHaveLength(6)
})

describe('a token', () => {
  test.each<[Product, Record<string, string>, string]>([
    ['splunk_hec', { Authorization: 'Splunk another' }, 'invalid_token'],
    ['datadog', { 'DD-API-KEY': 'another' }, 'http_403'],
  ])(
    'that %s does not know is tried again, because somebody may put it right',
    async (product, headers, code) => {
      const error = await digest([EVENT], placeOf(product, 'json', { headers }))?.catch((error) => error)
      expect(error).toBeInstanceOf(Misconfigured)
      expect(error).toMatchObject({ code })
      expect(collectors.taken).toEqual([])
    },
  )

  test('that is missing is tried again too', async () => {
    const place = placeOf('plain', 'json', { url: collectors.splunk })
    expect(await digest([EVENT], place)?.catch((error) => error)).toMatchObject({ code: 'http_401' })
  })
})

test('a form that the product does not read is refused as a message', async () => {
  const place = placeOf('plain', 'json', { url: collectors.datadog, headers: HEADERS.datadog })
  const error = await digest([EVENT], place)?.catch((error) => error)
  expect(error).toBeInstanceOf(Undeliverable)
  expect(error).toMatchObject({ what: 'message', code: 'http_400' })
})

describe('the answer', () => {
  let answer: RequestListener
  let heard: { headers: Record<string, unknown>; url: string | undefined }[] = []
  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer((req, res) => {
      heard.push({ headers: req.headers, url: req.url })
      req.resume().on('end', () => answer(req, res))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    heard = []
  })

  const failure = (product: Product = 'plain') =>
    digest([EVENT, EVENT], placeOf(product, 'json', { url }))?.then(
      () => expect.unreachable('it was taken'),
      (error) => error as Error & { code: string; delayMs?: number; what?: string; at?: number },
    )

  test.each([200, 201, 202, 204, 299])('%i is a delivery, whatever the body says', async (status) => {
    answer = (_req, res) => void res.writeHead(status).end(status === 204 ? undefined : '{"code":6}')
    await expect(digest([EVENT], placeOf('plain', 'json', { url }))).resolves.toEqual({})
  })

  const SIGN_IN = '<!DOCTYPE html><html><body>Please sign in</body></html>'
  const page = (status: number) => (_req: unknown, res: Parameters<RequestListener>[1]) =>
    void res.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(SIGN_IN)

  test.each(PRODUCTS)('a page on which to sign in, instead of %s, is no delivery', async (product) => {
    for (const status of product === 'datadog' ? [200] : [200, 202]) {
      answer = page(status)
      const error = await failure(product)
      expect(error).toBeInstanceOf(Failed)
      expect(error?.code).toBe('unexpected_answer')
    }
  })

  test('a plain collector may say "ok" in whatever type it likes', async () => {
    answer = (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('ok')
    await expect(digest([EVENT], placeOf('plain', 'json', { url }))).resolves.toEqual({})
  })

  test.each<[Product, number, string]>([
    ['splunk_hec', 200, ''],
    ['splunk_hec', 204, ''],
    ['splunk_hec', 200, '{"ok":true}'],
    ['splunk_hec', 200, '{"text":"HEC is healthy","code":17}'],
    ['splunk_hec', 202, '{}'],
    ['datadog', 200, '{}'],
    ['datadog', 204, ''],
  ])('of %s, %i %j is not what it says when it took them', async (product, status, text) => {
    answer = (_req, res) => void res.writeHead(status).end(status === 204 ? undefined : text)
    expect(await failure(product)).toMatchObject({ code: 'unexpected_answer' })
  })

  test.each([
    [403, 1, 'token_disabled'],
    [401, 2, 'token_required'],
    [401, 3, 'invalid_authorization'],
    [403, 4, 'invalid_token'],
    [400, 7, 'incorrect_index'],
    [400, 10, 'data_channel_missing'],
    [400, 11, 'invalid_data_channel'],
    [400, 14, 'ack_disabled'],
    [400, 16, 'query_authorization_disabled'],
    [200, 7, 'incorrect_index'],
  ])('Splunk’s %i with code %i is a setting that an admin corrects: %s', async (status, code, name) => {
    answer = (_req, res) =>
      void res.writeHead(status).end(JSON.stringify({ code, 'invalid-event-number': 1 }))
    const error = await failure('splunk_hec')
    expect(error).toBeInstanceOf(Misconfigured)
    expect(error?.code).toBe(name)
  })

  test.each([
    [5, 'no_data'],
    [6, 'invalid_data_format'],
    [12, 'event_field_required'],
    [13, 'event_field_blank'],
    [15, 'invalid_indexed_fields'],
    [99, 'http_400'],
  ])('Splunk’s code %i is about the event that it names: %s', async (code, name) => {
    answer = (_req, res) => void res.writeHead(400).end(JSON.stringify({ code, 'invalid-event-number': 1 }))
    expect(await failure('splunk_hec')).toMatchObject({ what: 'message', code: name, at: 1 })
    for (const number of [undefined, -1, 0.5, '1', null]) {
      answer = (_req, res) =>
        void res.writeHead(400).end(JSON.stringify({ code, 'invalid-event-number': number }))
      expect(await failure('splunk_hec')).toMatchObject({ what: 'message', code: name, at: undefined })
    }
  })

  test.each([
    [500, 8],
    [503, 9],
    [503, 7],
  ])('Splunk’s %i is trouble of its own, whatever its code (%i)', async (status, code) => {
    answer = (_req, res) => void res.writeHead(status).end(JSON.stringify({ code }))
    const error = await failure('splunk_hec')
    expect(error?.code).toBe(`http_${status}`)
    expect(error).not.toBeInstanceOf(Misconfigured)
  })

  test.each([301, 307, 401, 403, 404, 408, 500, 502, 503, 504])('%i is tried again', async (status) => {
    answer = (_req, res) => void res.writeHead(status, { location: '/elsewhere' }).end('an inside secret')
    const error = await failure()
    expect(error).toBeInstanceOf(Failed)
    expect(error?.code).toBe(`http_${status}`)
    expect(JSON.stringify([error, error?.message, error?.stack])).not.toContain('inside secret')
    expect(heard.map((request) => request.url)).toEqual(['/in'])
  })

  test.each([400, 413])('%i refuses what was sent, and not the sender', async (status) => {
    answer = (_req, res) => void res.writeHead(status).end()
    const error = await failure()
    expect(error).toBeInstanceOf(Undeliverable)
    expect(error).toMatchObject({ what: 'message', code: `http_${status}` })
  })

  test('410 ends the destination', async () => {
    answer = (_req, res) => void res.writeHead(410).end()
    expect(await failure()).toMatchObject({ what: 'destination', code: 'http_410' })
  })

  test.each([
    ['7', 7_000],
    ['Fri, 20 Nov 2026 12:01:05 GMT', 60_000],
    ['soon', 60_000],
  ])('429 with %s asks for a pause', async (retryAfter, delayMs) => {
    answer = (_req, res) => void res.writeHead(429, { 'retry-after': retryAfter }).end()
    expect(await failure()).toMatchObject({ delayMs })
  })

  test('headers of an admin are sent, and what the body is stays ours to say', async () => {
    answer = (_req, res) => void res.end()
    const headers = { Authorization: 'Bearer a.b-c', 'USER-AGENT': 'Ours', 'X-Two': 'two words' }
    await digest([EVENT], placeOf('plain', 'cef', { url, headers }))
    expect(heard[0]?.headers).toMatchObject({
      authorization: 'Bearer a.b-c',
      'user-agent': 'Ours',
      'x-two': 'two words',
      'content-type': 'text/plain; charset=utf-8',
    })
  })
})

test('an address that came to lead inside is never reached', async () => {
  const closed = siem({ egress: createEgress({ allowCidrs: [], allowHttp: true }), timeoutMs: 10_000, clock })
  const inside = await closed.create({} as never)
  const error = await inside.digest?.({ events: [EVENT] }, placeOf('plain', 'json')).catch((error) => error)
  expect(error).toBeInstanceOf(Failed)
  expect(error).toMatchObject({ code: 'egress_refused' })
  expect(collectors.requests).toEqual([])
})
