// Does every platform keep the contract? Over the registry, against a provider that misbehaves in every way.

import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
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

interface Sample {
  /** A valid one, where the provider is at this address (with a trailing slash). */
  config(at: string): Record<string, unknown>
  /** As its `post` would return it; absent where nothing can be redrawn. */
  handle?: string
  /** false: any 2xx will do, whatever it says. */
  readsAnswers: boolean
  /** How the provider says that something went wrong which we never heard of. */
  unknownError: { status: number; body: unknown }
}

const CONVERSATION = '19:approvals@thread.tacv2'

/** A platform that is missing here fails. */
const SAMPLES: Record<string, Sample> = {
  slack: {
    config: () => ({ bot_token: 'xoxb-test', channel_id: 'C0123456789' }),
    handle: 'C0123456789/1.1',
    readsAnswers: true,
    unknownError: { status: 200, body: { ok: false, error: 'never_heard_of' } },
  },
  teams: {
    config: () => ({ conversation_id: CONVERSATION }),
    handle: `${CONVERSATION}/1795230217492`,
    readsAnswers: true,
    unknownError: { status: 418, body: { error: { code: 'NeverHeardOf', message: 'x'.repeat(2000) } } },
  },
  discord: {
    config: (at) => ({ webhook_url: `${at}api/webhooks/123/token` }),
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
  webhook: {
    config: (at) => ({ url: `${at}hook` }),
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
  data: {},
  url: VIEW.url,
}

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
  discord: { apiOrigin: apiUrl.replace(/\/$/, '') },
  telegram: { apiUrl: apiUrl.replace(/\/$/, '') },
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

/** The kind as it is where the provider is at this address, and a destination there. */
async function placeAt(name: string, apiUrl: string): Promise<{ platform: Platform; to: Destination }> {
  const kind = platformKinds(environment(apiUrl)).find((one) => one.name === name) as PlatformKind
  const config = kind.config.parse(SAMPLES[name]?.config(apiUrl))
  return { platform: await kind.create(portsAt(apiUrl)), to: { id: 'dst_1', name: 'A place', config } }
}

const APPROVAL = { kind: 'approval', view: VIEW, event: EVENT } as const
const KINDS = platformKinds(environment('http://127.0.0.1:9/'))

test('a provider that hangs holds a send up for less than the shortest lease', async () => {
  answer = () => {}
  const from = performance.now()
  const sends = KINDS.map(async ({ name }) => {
    const { platform, to } = await placeAt(name, `${url}/`)
    await expect(platform.post(APPROVAL, to), name).rejects.toBeInstanceOf(Failed)
  })
  await Promise.all(sends)
  expect(performance.now() - from).toBeLessThan(14_000)
})

describe.each(KINDS)('$name', (kind) => {
  const { config: configAt, handle, readsAnswers, unknownError } = SAMPLES[kind.name] as Sample
  const alert = { kind: 'alert', event: { ...EVENT, type: 'policy.violation', approval_id: null } } as const

  async function post(message: Message = APPROVAL, apiUrl = `${url}/`) {
    const { platform, to } = await placeAt(kind.name, apiUrl)
    return platform.post(message, to)
  }
  async function redraw() {
    const { platform, to } = await placeAt(kind.name, `${url}/`)
    return platform.redraw?.(handle as string, APPROVAL, to)
  }
  const redraws = handle !== undefined

  test('takes its sample config, and refuses an empty one and an unknown field by name', () => {
    const here = platformKinds(environment(`${url}/`)).find((one) => one.name === kind.name) as typeof kind
    const config = configAt(`${url}/`)
    expect(here.config.safeParse(config)).toMatchObject({ success: true })
    expect(here.config.safeParse({}).success).toBe(false)
    const refused = here.config.safeParse({ ...config, no_such_field: 1 })
    expect(JSON.stringify(refused.error?.issues)).toContain('no_such_field')
  })

  test('names as secrets only fields that it has', () => {
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
})
