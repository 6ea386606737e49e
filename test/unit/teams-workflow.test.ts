// Shows that a card reaches Teams by a webhook of Workflows: one way, within its limits, and without an app.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'
import type { Destination, Message, Platform, PlatformPorts } from '../../src/platforms/platform.ts'
import type { TeamsEnvironment, WorkflowConfig } from '../../src/platforms/teams/config.ts'
import { teams } from '../../src/platforms/teams/teams.ts'
import { breaches, nodes } from '../fakes/adaptive-card-rules.ts'
import { runScript } from '../fakes/doc-page.ts'
import { closed, hostileView, PENDING } from '../fakes/hostile-approvals.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { ALERT, ASKED, EVENT } from '../fakes/told-messages.ts'

const APP: TeamsEnvironment = {
  appId: '11111111-2222-4333-8444-555555555555',
  password: 'a secret',
  tenantId: '66666666-7777-4888-9999-aaaaaaaaaaaa',
  allowedTenants: ['66666666-7777-4888-9999-aaaaaaaaaaaa'],
}
const PATH = '/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Frun&sv=1.0&sig=secret'
const WEBHOOK = `https://prod-12.westeurope.logic.azure.com:443${PATH}`
/** A limit of the whole message; https://learn.microsoft.com/microsoftteams/limits-specifications-teams */
const MAX_BYTES = 28 * 1024

const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
const clock = manualClock()
let answer: RequestListener
let bodies: string[]
let server: Server
let origin: string
let platform: Platform<WorkflowConfig>

beforeAll(async () => {
  server = createServer(async (req, res) => {
    bodies.push(await text(req))
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kind = teams(undefined, { egress, timeoutMs: 10_000, origin })
  platform = (await kind.create({ clock } as unknown as PlatformPorts<never>)) as Platform<WorkflowConfig>
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  bodies = []
  answer = (_req, res) => void res.writeHead(202).end()
})

const to = (): Destination<WorkflowConfig> => ({
  id: 'dst_1',
  name: 'Alerts',
  includeDetails: true,
  config: { webhook_url: `${origin}${PATH}` },
})
const post = (message: Message) => platform.post(message, to())
const cardIn = (body = '') => JSON.parse(body).attachments[0].content
const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error) => error,
  )

describe('a card', () => {
  test('goes in the envelope that Workflows reads, and has no handle', async () => {
    expect(await post(ASKED)).toEqual({})
    const { content, ...attachment } = JSON.parse(bodies[0] ?? '').attachments[0]
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ type: 'message' })
    expect(attachment).toEqual({
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
    })
    expect(breaches(content)).toEqual([])
    expect(JSON.stringify(content)).toContain('Post the weekly numbers to #sales')
  })

  test('has links alone, of whatever it is, and never says that it can be pressed', async () => {
    const critical = { ...PENDING, risk: { level: 'critical' as const, score: 1 } }
    const views = [PENDING, critical, { ...PENDING, test: true }, closed('approved')]
    for (const view of views) await post({ ...ASKED, view })
    await post(ALERT)
    await platform.digest?.({ events: [EVENT, EVENT] }, to())
    expect(bodies).toHaveLength(views.length + 2)
    for (const body of bodies) {
      const actions = nodes(cardIn(body)).filter(({ type }) => String(type).startsWith('Action.'))
      expect(actions.map(({ type }) => type)).toEqual(actions.map(() => 'Action.OpenUrl'))
      expect(body).not.toContain('buttons work')
    }
    expect(cardIn(bodies[0]).actions).toEqual([
      { type: 'Action.OpenUrl', title: 'View in Console', url: PENDING.url },
    ])
  })

  test('is never more than Workflows takes, whatever an agent sends', async () => {
    await fc.assert(
      fc.asyncProperty(hostileView, async (view) => {
        bodies = []
        await post({ ...ASKED, view })
        expect(Buffer.byteLength(bodies[0] ?? '')).toBeLessThanOrEqual(MAX_BYTES)
        expect(breaches(cardIn(bodies[0]))).toEqual([])
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  test('that the bot posted before is lost, and the webhook is not', async () => {
    const failure = await failureOf(platform.redraw?.('19:x/1', ASKED, to()) as Promise<unknown>)
    expect(failure).toMatchObject({ what: 'message', code: 'posted_by_bot' })
    expect(bodies).toEqual([])
  })
})

describe('a failure', () => {
  const said = (code: string) => JSON.stringify({ error: { code, message: 'x'.repeat(500) } })
  test.each([
    [400, said('InvalidTemplate'), { what: 'message', code: 'InvalidTemplate' }],
    [400, '', { what: 'message', code: 'http_400' }],
    [404, said('WorkflowNotFound'), { what: 'destination', code: 'WorkflowNotFound' }],
    [400, said('WorkflowTriggerIsNotEnabled'), { what: 'destination', code: 'WorkflowTriggerIsNotEnabled' }],
    [404, said('NotOfTheTable'), { code: 'http_404', excerpt: 'NotOfTheTable' }],
    [404, said('a sentence, which is no code'), { code: 'http_404', excerpt: null }],
    [404, '<html>', { code: 'http_404' }],
    [403, '<html>', { code: 'http_403' }],
    [413, '', { what: 'message', code: 'http_413' }],
    [401, said('AuthorizationFailed'), { code: 'http_401' }],
    [500, said('WorkflowNotFound'), { code: 'http_500' }],
    [503, '', { code: 'http_503' }],
    [307, '', { code: 'http_307' }],
  ])('%i %s is told as %j', async (status, body, expected) => {
    answer = (_req, res) => void res.writeHead(status, { location: `${origin}/elsewhere` }).end(body)
    const failure = await failureOf(post(ASKED))
    expect(failure).toMatchObject(expected)
    expect(failure.what).toBe('what' in expected ? expected.what : undefined)
    expect(bodies).toHaveLength(1)
  })

  test('a page on which to sign in is no delivery', async () => {
    answer = (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
    expect(await failureOf(post(ASKED))).toMatchObject({ code: 'unexpected_answer' })
  })

  test('429 is heard, in seconds or as a date', async () => {
    const wish = (retryAfter: string) => {
      answer = (_req, res) => void res.writeHead(429, { 'retry-after': retryAfter }).end()
      return failureOf(post(ASKED))
    }
    expect(await wish('17')).toMatchObject({ delayMs: 17_000 })
    expect(await wish(new Date(clock.now() + 30_000).toUTCString())).toMatchObject({ delayMs: 30_000 })
  })

  test('tells nothing of the address, whose sig is its key', async () => {
    for (const status of [400, 401, 404, 429, 500]) {
      answer = (req, res) => void res.writeHead(status).end(JSON.stringify({ error: { code: req.url } }))
      const failure = await failureOf(post(ASKED))
      expect(JSON.stringify({ ...failure, said: `${failure?.stack}` })).not.toContain('sig=')
    }
  })
})

describe('a destination', () => {
  const refusal = (config: object, app?: TeamsEnvironment) =>
    teams(app, { egress, timeoutMs: 10_000 }).config.safeParse(config).error?.issues[0]?.message

  test.each([
    WEBHOOK,
    `https://default1.0f.environment.api.powerplatform.com:443/powerautomate/automations/direct${PATH}`,
    `https://prod-12.westeurope.logic.azure.com${PATH}`,
  ])('may be %s, with or without an app', (webhook_url) => {
    for (const app of [undefined, APP]) expect(refusal({ webhook_url }, app)).toBeUndefined()
  })

  test.each([
    '',
    'nowhere',
    WEBHOOK.replace('https:', 'http:'),
    WEBHOOK.replace('sig=secret', 'sig='),
    WEBHOOK.replace('&sig=secret', ''),
    WEBHOOK.replace(':443', ':444'),
    WEBHOOK.replace('https://', 'https://user@'),
    WEBHOOK.replace('https://', 'https://:password@'),
    WEBHOOK.replace('azure.com', 'azure.com.evil.example'),
    WEBHOOK.replace('prod-12.westeurope.logic.azure.com:443', 'evil.example/logic.azure.com'),
    WEBHOOK.replace('prod-12.westeurope.logic.azure.com', 'evil-logic.azure.com'),
    WEBHOOK.replace('prod-12.westeurope.logic.azure.com', 'logic.azure.com'),
    'https://example.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/4',
    'https://outlook.office.com/webhook/1@2/IncomingWebhook/3/4',
    'http://127.0.0.1:1/workflows/1?sig=secret',
  ])('is not %j', (webhook_url) => {
    expect(refusal({ webhook_url })).toContain('a Teams webhook URL is a workflow’s')
  })

  test('is one of the two, and a conversation needs the app', () => {
    const conversation_id = '19:approvals@thread.tacv2'
    const noApp =
      'Teams channels require either the app (set MicrosoftAppId and what belongs to it) or webhook_url'
    expect(refusal({})).toBe(noApp)
    expect(refusal({ conversation_id })).toBe(noApp)
    expect(refusal({ conversation_id }, APP)).toBeUndefined()
    expect(refusal({}, APP)).toContain('Teams channels require either conversation_id or webhook_url')
    for (const app of [undefined, APP]) {
      expect(refusal({ conversation_id, webhook_url: WEBHOOK }, app)).toBe(
        'Teams channels take either conversation_id or webhook_url, not both',
      )
    }
  })

  test('may be where a stand-in is, when the environment says so', () => {
    const config = teams(undefined, { egress, timeoutMs: 10_000, origin }).config
    expect(config.safeParse({ webhook_url: `${origin}${PATH}` }).success).toBe(true)
    expect(config.safeParse({ webhook_url: `http://127.0.0.1:1${PATH}` }).success).toBe(false)
  })

  test('of the webhook’s kind shares its rate with all of the same address, which is sealed', () => {
    const kind = teams(APP, { egress, timeoutMs: 10_000 })
    expect(kind.secrets).toEqual(['webhook_url'])
    expect(kind.pace({ webhook_url: WEBHOOK })).toEqual([
      { bucket: expect.stringMatching(/^teams:[0-9a-f]{64}$/), perSecond: 3.6 },
    ])
    expect(kind.pace({ conversation_id: '19:x' })).toEqual([])
  })
})

test('whoever has webhooks alone loads no Bot Framework', async () => {
  const loaded = await runScript(
    `import { createRequire } from 'node:module'
     import { teams } from './src/platforms/teams/teams.ts'
     const egress = { send: async () => ({ status: 202, headers: {}, text: '' }) }
     const platform = await teams(undefined, { egress, timeoutMs: 10_000 }).create({ clock: { now: () => 0 } })
     const { post } = platform
     const names = () => Object.keys(createRequire(import.meta.url).cache)
     const before = names().length
     await post(${JSON.stringify(ASKED)}, { includeDetails: true, config: { webhook_url: 'https://x' } })
     console.log(JSON.stringify({ before, cards: names().some((name) => name.includes('adaptivecards')),
       framework: names().some((name) => name.includes('botbuilder')) }))`,
    {},
  )
  expect(JSON.parse(loaded)).toEqual({ before: 0, cards: true, framework: false })
})
