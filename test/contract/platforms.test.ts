// Does every platform keep the contract? Over the registry, against a provider that misbehaves in every way.

import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { createEgress } from '../../src/kit/egress.ts'
import { createLog } from '../../src/kit/log.ts'
import {
  type Destination,
  Failed,
  type Message,
  type Platform,
  type PlatformKind,
  type PlatformPorts,
  Throttled,
} from '../../src/platforms/platform.ts'
import { platformKinds } from '../../src/platforms/registry.ts'
import { TRICKS } from '../fakes/hostile-approvals.ts'

interface Sample {
  /** Absent: the kind whose name the sample has. */
  kind?: string
  /** A valid one, where the provider is at this address (with a trailing slash). */
  config(at: string): Record<string, unknown>
  /** As its `post` would return it; absent where nothing can be redrawn. */
  handle?: string
  /** false: any 2xx will do, whatever it says. */
  readsAnswers: boolean
  /** By what people are called in what it sends; absent where nothing calls them. */
  calls?: string
  /** How the provider says that something went wrong which we never heard of. */
  unknownError: { status: number; body: unknown }
}

const CONVERSATION = '19:approvals@thread.tacv2'

/** One for every way to a platform; a platform that is missing here fails. */
const SAMPLES: Record<string, Sample> = {
  slack: {
    config: () => ({ bot_token: 'xoxb-test', channel_id: 'C0123456789' }),
    calls: '<!channel>',
    handle: 'C0123456789/1.1',
    readsAnswers: true,
    unknownError: { status: 200, body: { ok: false, error: 'never_heard_of' } },
  },
  'slack by webhook': {
    kind: 'slack',
    config: (at) => ({ webhook_url: `${at}services/T0123456/B0123456/token` }),
    calls: '<!channel>',
    readsAnswers: true,
    unknownError: { status: 418, body: 'never_heard_of' },
  },
  teams: {
    config: () => ({ conversation_id: CONVERSATION }),
    calls: '"alert":true',
    handle: `${CONVERSATION}/1795230217492`,
    readsAnswers: true,
    unknownError: { status: 418, body: { error: { code: 'NeverHeardOf', message: 'x'.repeat(2000) } } },
  },
  'teams by webhook': {
    kind: 'teams',
    config: (at) => ({ webhook_url: `${at}workflows/1/triggers/manual/paths/invoke?sig=token` }),
    readsAnswers: false,
    unknownError: { status: 418, body: { error: { code: 'NeverHeardOf', message: 'x'.repeat(2000) } } },
  },
  discord: {
    config: (at) => ({ webhook_url: `${at}api/webhooks/123/token` }),
    calls: '@everyone',
    handle: '1795230217492',
    readsAnswers: true,
    unknownError: { status: 418, body: { code: 99_999, message: 'x'.repeat(2000) } },
  },
  telegram: {
    config: () => ({ bot_token: `123456:${'t'.repeat(35)}`, chat_id: -100123 }),
    handle: '-100123/7',
    readsAnswers: true,
    unknownError: { status: 418, body: { ok: false, error_code: 418, description: 'x'.repeat(2000) } },
  },
  pagerduty: {
    config: () => ({ routing_key: 'R0123456789ABCDEF0123456789ABCDE' }),
    handle: 'countersign:apr_1 evt_1',
    readsAnswers: true,
    unknownError: { status: 418, body: { status: 'never heard of', message: 'x'.repeat(2000) } },
  },
  webhook: {
    config: (at) => ({ url: `${at}hook` }),
    readsAnswers: false,
    unknownError: { status: 418, body: {} },
  },
  siem: {
    config: (at) => ({ url: `${at}collector` }),
    readsAnswers: false,
    unknownError: { status: 418, body: {} },
  },
}

const VIEW: ApprovalView = {
  id: 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  status: 'pending',
  digest: `sha256:${'a'.repeat(64)}`,
  url: 'https://sign.example.com/approvals/apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  agent: { id: 'agent-1', name: 'Agent' },
  action: { tool: 'a.tool', summary: 'a summary', arguments: {}, environment: null },
  reasons: [],
  risk: { level: 'high', score: 0.7 },
  requested_by: null,
  metadata: {},
  created_at: '2026-11-20T12:00:00.000Z',
  expires_at: '2026-11-20T13:00:00.000Z',
  closed_at: null,
  decisions: [],
  review_notes: null,
  reached: true,
  unreached_reasons: [],
  test: false,
}

const EVENT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'approval.requested',
  severity: 'high',
  created_at: VIEW.created_at,
  environment: null,
  agent: VIEW.agent,
  tool: 'a.tool',
  summary: 'a summary',
  action: null,
  approval_id: VIEW.id,
  acknowledged: null,
  data: {},
  url: VIEW.url,
}

const HOSTILE: EventView = {
  ...EVENT,
  type: 'policy.violation',
  approval_id: null,
  agent: { id: TRICKS.join(''), name: TRICKS.toReversed().join('') },
  summary: TRICKS.join(''),
  data: { [TRICKS.join('')]: TRICKS },
}
/** How any provider says that it took a message. */
const TAKEN: [number, string] = [
  200,
  JSON.stringify({
    ok: true,
    channel: 'C0123456789',
    ts: '1.1',
    id: '1',
    status: 'success',
    result: { chat: { id: 1 }, message_id: 1 },
  }),
]

let answer: RequestListener
let elsewhere = 0
let server: Server
let url: string

beforeAll(async () => {
  server = createServer((req, res) => {
    if (req.url?.startsWith('/elsewhere')) elsewhere++
    req.resume()
    if (req.url?.startsWith('/login')) login(req, res)
    else answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const TENANT = '11111111-2222-4333-8444-555555555555'
/** Tokens are always to be had: what is tested is who takes the cards. */
const login: RequestListener = (req, res) => {
  const body = req.url?.includes('/token')
    ? { token_type: 'Bearer', expires_in: 3600, access_token: 'a-token' }
    : {
        issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
        authorization_endpoint: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/authorize`,
        token_endpoint: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
      }
  res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

const environment = (apiUrl: string) => ({
  slack: { signingSecret: 's', botToken: undefined, apiUrl },
  teams: {
    // The Bot Framework keeps tokens by app for the whole process.
    appId: randomUUID(),
    password: 'a secret',
    tenantId: TENANT,
    allowedTenants: [TENANT],
    cloud: { openIdMetadataUrl: `${url}/keys`, loginUrl: `${url}/login` },
  },
  workflows: { origin: apiUrl.replace(/\/$/, '') },
  discord: { apiOrigin: apiUrl.replace(/\/$/, '') },
  telegram: { apiUrl: apiUrl.replace(/\/$/, '') },
  pagerduty: { eventsUrl: apiUrl.replace(/\/$/, '') },
  egress: createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true }),
  clock: systemClock,
})
const portsAt = (serviceUrl: string) =>
  ({
    state: { get: async () => ({ id: CONVERSATION, serviceUrl }), set: async () => {} },
    destinations: async () => [],
    log: createLog('silent'),
    clock: systemClock,
  }) as unknown as PlatformPorts

const slowDown = (seconds: number) => ({
  ok: false,
  error: 'ratelimited',
  retry_after: seconds,
  parameters: { retry_after: seconds },
})

function kindOf(sample: string, apiUrl: string): PlatformKind {
  const name = SAMPLES[sample]?.kind ?? sample
  return platformKinds(environment(apiUrl)).find((one) => one.name === name) as PlatformKind
}

/** The platform as it is where the provider is at this address, and a destination there. */
async function placeAt(sample: string, apiUrl: string): Promise<{ platform: Platform; to: Destination }> {
  const kind = kindOf(sample, apiUrl)
  const config = kind.config.parse(SAMPLES[sample]?.config(apiUrl))
  return {
    platform: await kind.create(portsAt(apiUrl)),
    to: { id: 'dst_1', name: 'A place', config, includeDetails: true },
  }
}

const APPROVAL = { kind: 'approval', view: VIEW, event: EVENT } as const

test('every platform has a sample', () => {
  for (const { name } of platformKinds(environment(`${url}/`))) expect(Object.keys(SAMPLES)).toContain(name)
})

test('a provider that hangs holds a send up for less than the shortest lease', async () => {
  answer = () => {}
  const from = performance.now()
  const sends = Object.keys(SAMPLES).map(async (sample) => {
    const { platform, to } = await placeAt(sample, `${url}/`)
    await expect(platform.post(APPROVAL, to), sample).rejects.toBeInstanceOf(Failed)
  })
  await Promise.all(sends)
  expect(performance.now() - from).toBeLessThan(14_000)
})

describe.each(Object.entries(SAMPLES))(
  '%s',
  (sample, { config: configAt, handle, readsAnswers, calls, unknownError }) => {
    const alert = { kind: 'alert', event: { ...EVENT, type: 'policy.violation', approval_id: null } } as const

    async function post(message: Message = APPROVAL, apiUrl = `${url}/`) {
      const { platform, to } = await placeAt(sample, apiUrl)
      return platform.post(message, to)
    }
    async function redraw() {
      const { platform, to } = await placeAt(sample, `${url}/`)
      return platform.redraw?.(handle as string, APPROVAL, to)
    }
    const redraws = handle !== undefined

    test('takes its sample config, and refuses an empty one and an unknown field by name', () => {
      const kind = kindOf(sample, `${url}/`)
      const config = configAt(`${url}/`)
      expect(kind.config.safeParse(config)).toMatchObject({ success: true })
      expect(kind.config.safeParse({}).success).toBe(false)
      const refused = kind.config.safeParse({ ...config, no_such_field: 1 })
      expect(JSON.stringify(refused.error?.issues)).toContain('no_such_field')
    })

    test('names as secrets only fields that it has', () => {
      const kind = kindOf(sample, `${url}/`)
      for (const secret of kind.secrets) {
        const issues = kind.config.safeParse({ ...configAt(`${url}/`), [secret]: 5 }).error?.issues ?? []
        expect(issues.map((issue) => issue.code)).not.toContain('unrecognized_keys')
      }
    })

    const refusals: [string, RequestListener][] = [
      ['an error of its own', (_req, res) => void res.writeHead(500).end('oops')],
      ['nothing', (_req, res) => void res.socket?.destroy()],
      [
        'half an answer',
        (_req, res) => {
          res.writeHead(200, { 'content-length': '99' }).write('{"ok":')
          setTimeout(() => res.socket?.destroy(), 20)
        },
      ],
      ['a redirect', (_req, res) => void res.writeHead(307, { location: '/elsewhere' }).end()],
      [
        'an error that nobody knows',
        (_req, res) => void res.writeHead(unknownError.status).end(JSON.stringify(unknownError.body)),
      ],
    ]
    const oddities: [string, RequestListener][] = [
      ['what is no JSON', (_req, res) => void res.end('<html>')],
      ['5 MB', (_req, res) => void res.end(`{"ok":false,"error":"${'x'.repeat(5_000_000)}"}`)],
    ]
    test.each([...refusals, ...(readsAnswers ? oddities : [])])(
      'a provider that answers %s makes a send fail that is tried again',
      async (_how, listener) => {
        answer = listener
        for (const message of [APPROVAL, alert]) {
          const failure = await post(message).catch((error) => error)
          expect(failure).toBeInstanceOf(Failed)
          expect(failure.code).toMatch(/^[a-z0-9_]{1,80}$/)
        }
        if (redraws) await expect(redraw()).rejects.toBeInstanceOf(Failed)
        expect(elsewhere).toBe(0)
      },
    )

    if (!readsAnswers) {
      test.each(oddities)('a provider that takes it and answers %s has it', async (_how, listener) => {
        answer = listener
        await expect(post()).resolves.toEqual({})
      })
    }

    test('a provider that is not there makes a send fail that is tried again', async () => {
      await expect(post(APPROVAL, 'http://127.0.0.1:9/')).rejects.toBeInstanceOf(Failed)
    })

    test('a provider that asks to slow down is heard, also when it names no time', async () => {
      const refuse =
        (seconds: number): RequestListener =>
        (_req, res) =>
          void res.writeHead(429, { 'retry-after': String(seconds) }).end(JSON.stringify(slowDown(seconds)))
      answer = refuse(7)
      await expect(post()).rejects.toMatchObject({ delayMs: 7_000 })
      answer = refuse(0)
      const { delayMs } = (await post().catch((error) => error)) as Throttled
      expect(delayMs).toBeGreaterThan(0)
      if (redraws) await expect(redraw()).rejects.toBeInstanceOf(Throttled)
    })

    /** The bodies of all that it asks of a provider that takes everything. */
    async function sentBy(
      send: (platform: Platform, to: Destination) => Promise<unknown> | undefined,
    ): Promise<string[]> {
      const bodies: string[] = []
      answer = async (req, res) => {
        bodies.push(decodeURIComponent((await text(req)).replace(/%(?![0-9A-F]{2})/g, '%25')))
        const [status, said] = req.url?.startsWith('/services/') ? [200, 'ok'] : TAKEN
        res.writeHead(req.url?.endsWith('/enqueue') ? 202 : status).end(said)
      }
      const { platform, to } = await placeAt(sample, `${url}/`)
      await send(platform, to)
      return bodies
    }

    test('people are called by a message that says so, where anything can call them, and by nothing else', async () => {
      for (const message of [APPROVAL, alert]) {
        const uncalled = await sentBy((platform, to) => platform.post(message, to))
        const called = await sentBy((platform, to) => platform.post({ ...message, mention: true }, to))
        expect(uncalled).toHaveLength(1)
        if (calls === undefined) expect(called).toEqual(uncalled)
        else expect([uncalled[0]?.includes(calls), called[0]?.includes(calls)]).toEqual([false, true])
      }
    })

    test('a redraw calls nobody, also when its message says so', async () => {
      for (const message of [APPROVAL, alert]) {
        const redrawn = (what: Message) =>
          sentBy(async (platform, to) => (redraws ? platform.redraw?.(handle, what, to) : undefined))
        const usual = await redrawn(message)
        expect(await redrawn({ ...message, mention: true })).toEqual(usual)
        expect(usual).toHaveLength(redraws ? 1 : 0)
        if (redraws && calls !== undefined) expect(usual[0]).not.toContain(calls)
      }
    })

    test('a digest of 500 hostile alerts is one message, if it takes digests', async () => {
      const events = Array.from({ length: 500 }, (_, i) => ({ ...HOSTILE, id: `${HOSTILE.id}${i}` }))
      const { platform } = await placeAt(sample, `${url}/`)
      for (const mention of [false, true]) {
        const bodies = await sentBy((place, to) => place.digest?.({ events, mention }, to))
        expect(bodies).toHaveLength(platform.digest ? 1 : 0)
        if (platform.digest && calls !== undefined) expect(bodies[0]?.includes(calls)).toBe(mention)
      }
    })
  },
)
