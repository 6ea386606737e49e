// Does every platform keep the contract? Over the registry, against a provider that misbehaves in every way.

import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { createLog } from '../../src/kit/log.ts'
import { Failed, type Platform, type PlatformPorts, Throttled } from '../../src/platforms/platform.ts'
import { platformKinds } from '../../src/platforms/registry.ts'

interface Sample {
  /** A valid one. */
  config: Record<string, unknown>
  /** As its `post` would return it. */
  handle: string
  /** How the provider says that something went wrong which we never heard of. */
  unknownError: { status: number; body: unknown }
}

const CONVERSATION = '19:approvals@thread.tacv2'

/** A platform that is missing here fails. */
const SAMPLES: Record<string, Sample> = {
  slack: {
    config: { bot_token: 'xoxb-test', channel_id: 'C0123456789' },
    handle: 'C0123456789/1.1',
    unknownError: { status: 200, body: { ok: false, error: 'never_heard_of' } },
  },
  teams: {
    config: { conversation_id: CONVERSATION },
    handle: `${CONVERSATION}/1795230217492`,
    unknownError: { status: 418, body: { error: { code: 'NeverHeardOf', message: 'x'.repeat(2000) } } },
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
})
const portsAt = (serviceUrl: string) =>
  ({
    state: { get: async () => ({ id: CONVERSATION, serviceUrl }), set: async () => {} },
    destinations: async () => [],
    log: createLog('silent'),
    clock: systemClock,
  }) as unknown as PlatformPorts

describe.each(platformKinds(environment('http://127.0.0.1:9/')))('$name', (kind) => {
  const { config, handle, unknownError } = SAMPLES[kind.name] as Sample
  const destination = { id: 'dst_1', name: 'A place', config }
  const message = { kind: 'approval', view: VIEW } as const

  async function platform(apiUrl = `${url}/`): Promise<Platform> {
    const here = platformKinds(environment(apiUrl)).find((one) => one.name === kind.name)
    return (here as typeof kind).create(portsAt(apiUrl))
  }
  const post = async (apiUrl?: string) => (await platform(apiUrl)).post(message, destination)
  const redraw = async () => (await platform()).redraw?.(handle, message, destination)

  test('takes its sample config, and refuses an empty one and an unknown field by name', () => {
    expect(kind.config.safeParse(config)).toMatchObject({ success: true })
    expect(kind.config.safeParse({}).success).toBe(false)
    const refused = kind.config.safeParse({ ...config, no_such_field: 1 })
    expect(JSON.stringify(refused.error?.issues)).toContain('no_such_field')
  })

  test('names as secrets only fields that it has', () => {
    for (const secret of kind.secrets) {
      const issues = kind.config.safeParse({ ...config, [secret]: 5 }).error?.issues ?? []
      expect(issues.map((issue) => issue.code)).not.toContain('unrecognized_keys')
    }
  })

  const misbehaviours: [string, RequestListener][] = [
    ['an error of its own', (_req, res) => void res.writeHead(500).end('oops')],
    ['what is no JSON', (_req, res) => void res.end('<html>')],
    ['nothing', (_req, res) => void res.socket?.destroy()],
    [
      'half an answer',
      (_req, res) => {
        res.writeHead(200, { 'content-length': '99' }).write('{"ok":')
        setTimeout(() => res.socket?.destroy(), 20)
      },
    ],
    ['a redirect', (_req, res) => void res.writeHead(307, { location: '/elsewhere' }).end()],
    ['5 MB', (_req, res) => void res.end(`{"ok":false,"error":"${'x'.repeat(5_000_000)}"}`)],
    [
      'an error that nobody knows',
      (_req, res) => void res.writeHead(unknownError.status).end(JSON.stringify(unknownError.body)),
    ],
  ]
  test.each(misbehaviours)(
    'a provider that answers %s makes a send fail that is tried again',
    async (_how, listener) => {
      answer = listener
      const failure = await post().catch((error) => error)
      expect(failure).toBeInstanceOf(Failed)
      expect(failure.code).toMatch(/^[a-z0-9_]{1,80}$/)
      await expect(redraw()).rejects.toBeInstanceOf(Failed)
      expect(elsewhere).toBe(0)
    },
  )

  test('a provider that is not there makes a send fail that is tried again', async () => {
    await expect(post('http://127.0.0.1:9/')).rejects.toBeInstanceOf(Failed)
  })

  test('a provider that hangs holds a send up for less than the shortest lease', async () => {
    answer = () => {}
    const from = performance.now()
    await expect(post()).rejects.toBeInstanceOf(Failed)
    expect(performance.now() - from).toBeLessThan(14_000)
  })

  test('a provider that asks to slow down is heard, also when it names no time', async () => {
    answer = (_req, res) =>
      void res.writeHead(429, { 'retry-after': '7' }).end('{"ok":false,"error":"ratelimited"}')
    await expect(post()).rejects.toMatchObject({ delayMs: 7_000 })
    answer = (_req, res) =>
      void res.writeHead(429, { 'retry-after': '0' }).end('{"ok":false,"error":"ratelimited"}')
    const { delayMs } = (await post().catch((error) => error)) as Throttled
    expect(delayMs).toBeGreaterThan(0)
    await expect(redraw()).rejects.toBeInstanceOf(Throttled)
  })
})
