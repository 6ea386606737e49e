// Gives a config for each way to every platform, and one provider on loopback that plays them all.

import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/kit/clock.ts'
import { createEgress } from '../../src/kit/egress.ts'
import { createLog } from '../../src/kit/log.ts'
import type { PlatformKind, PlatformPorts } from '../../src/platforms/platform.ts'
import { platformKinds } from '../../src/platforms/registry.ts'

export interface Sample {
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
export const SAMPLES: Record<string, Sample> = {
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

/** In one answer, how most providers say that they took a message. */
const TAKEN = JSON.stringify({
  ok: true,
  channel: 'C0123456789',
  ts: '1.1',
  id: '1',
  status: 'success',
  result: { chat: { id: 1 }, message_id: 1 },
})

/** Takes whatever it is sent. */
export const takes: RequestListener = ({ url = '' }, res) => {
  res.writeHead(url.endsWith('/enqueue') ? 202 : 200).end(url.startsWith('/services/') ? 'ok' : TAKEN)
}

export interface AnyProvider {
  /** No trailing slash. */
  url: string
  /** How it answers from now on. */
  answer(listener: RequestListener): void
  /** How often somebody followed it to `/elsewhere`. */
  elsewhere(): number
  close(): void
}

export async function startAnyProvider(): Promise<AnyProvider> {
  let answer = takes
  let elsewhere = 0
  const server = createServer((req, res) => {
    if (req.url?.startsWith('/elsewhere')) elsewhere++
    req.resume()
    if (req.url?.startsWith('/login')) login(req, res)
    else answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(listener) {
      answer = listener
    },
    elsewhere: () => elsewhere,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

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

/** Where every provider is at `apiUrl`, and Microsoft's login at `url`. */
export const TIMEOUTS = { peopleMs: 10_000, machinesMs: 30_000 }

export const environmentAt = (apiUrl: string, url: string, timeouts = TIMEOUTS) => ({
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
  timeouts,
  clock: systemClock,
})
export const portsAt = (serviceUrl: string) =>
  ({
    state: { get: async () => ({ id: CONVERSATION, serviceUrl }), set: async () => {} },
    destinations: async () => [],
    log: createLog('silent'),
    clock: systemClock,
  }) as unknown as PlatformPorts

export const slowDown = (seconds: number) => ({
  ok: false,
  error: 'ratelimited',
  retry_after: seconds,
  parameters: { retry_after: seconds },
})

export function kindOf(sample: string, apiUrl: string, url: string, timeouts = TIMEOUTS): PlatformKind {
  const name = SAMPLES[sample]?.kind ?? sample
  return platformKinds(environmentAt(apiUrl, url, timeouts)).find((one) => one.name === name) as PlatformKind
}
