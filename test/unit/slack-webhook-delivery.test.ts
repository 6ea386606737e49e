// Shows that a message by webhook reaches Slack, stays true once it was pressed, and fails as the worker understands.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'
import type { Destination, Message, Platform, PlatformPorts } from '../../src/platforms/platform.ts'
import { createResponseUrls, type ResponseUrls } from '../../src/platforms/slack/response-urls.ts'
import { slack as slackKind } from '../../src/platforms/slack/slack.ts'
import { PENDING } from '../fakes/hostile-approvals.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { type SlackServer, startSlack } from '../fakes/slack-server.ts'
import { ALERT, APPROVED, ASKED, EVENT } from '../fakes/told-messages.ts'

const CHANNEL = 'C0APPROVALS'

const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
let clock: ManualClock
let server: SlackServer
/** Hears presses in place of the product. */
let listener: Server
let heard: { response_url: string }[]
let state: Map<string, unknown>
let responseUrls: ResponseUrls
let platform: Platform<never>

beforeEach(async () => {
  clock = manualClock()
  heard = []
  listener = createServer(async (req, res) => {
    heard.push(JSON.parse(new URLSearchParams(await text(req)).get('payload') ?? ''))
    res.end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  server = await startSlack(clock, () => `http://127.0.0.1:${(listener.address() as AddressInfo).port}`)
  state = new Map()
  const ports = {
    clock,
    state: {
      get: async (key: string) => state.get(key),
      set: async (key: string, value: unknown) => void state.set(key, value),
      list: async (prefix: string) => [...state].flatMap(([key, v]) => (key.startsWith(prefix) ? [v] : [])),
      remove: async (key: string) => void state.delete(key),
    },
  } as unknown as PlatformPorts<never>
  const apiUrl = server.slack.apiUrl()
  const kind = slackKind({ signingSecret: undefined, botToken: undefined, apiUrl, egress, timeoutMs: 10_000 })
  platform = (await kind.create(ports)) as Platform<never>
  responseUrls = createResponseUrls(ports.state, clock, new Set([new URL(apiUrl).origin]))
})
afterEach(async () => {
  listener.closeAllConnections()
  listener.close()
  await server.close()
})

const to = (more: Record<string, unknown> = {}) =>
  ({
    id: 'dst_1',
    name: 'Alerts',
    includeDetails: true,
    config: { webhook_url: server.slack.webhookUrl(CHANNEL), signing_secret: 'a signing secret', ...more },
  }) as unknown as Destination<never>
const oneWay = () => to({ signing_secret: undefined })
const post = (message: Message, destination = to()) => platform.post(message, destination)
const redraw = async (handle: string, message = APPROVED) => platform.redraw?.(handle, message, to())
const shown = () => server.slack.messages(CHANNEL).map((message) => JSON.stringify(message))
const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error) => error,
  )

describe('a card', () => {
  test('has its buttons where presses come back, names its destination, and has no handle', async () => {
    expect(await post(ASKED)).toEqual({ whole: true })
    const [card] = shown()
    expect(card).toContain('"action_id":"approve_action"')
    expect(card).toContain('"action_id":"deny_action"')
    expect(card).toContain('"block_id":"open_buttons@dst_1"')
  })

  test('has only links where nothing comes back, and never says that it can be pressed', async () => {
    const test: Message = { ...ASKED, view: { ...PENDING, test: true } }
    for (const message of [ASKED, test, ALERT]) {
      expect(await post(message, oneWay())).toEqual({ whole: false })
    }
    expect(shown()).toHaveLength(3)
    for (const card of shown()) {
      expect(card.match(/"action_id":"\w+"/g)).toEqual(['"action_id":"view_console"'])
      expect(card).not.toContain('buttons work')
    }
  })

  test('of a digest goes the same way', async () => {
    expect(await platform.digest?.({ events: [EVENT, EVENT] }, to())).toEqual({})
    expect(shown()).toHaveLength(1)
  })
})

describe('a card that somebody pressed', () => {
  async function pressed(): Promise<string> {
    await post(ASKED)
    const ts = server.slack.messages(CHANNEL).at(-1)?.ts as string
    await server.slack.click({ channel: CHANNEL, ts, actionId: 'approve_action', userId: 'U0ANARUIZ0' })
    await responseUrls.keep('dst_1', `${CHANNEL}/${ts}`, heard.at(-1)?.response_url)
    return `${CHANNEL}/${ts}`
  }

  test('is brought to the truth in its place, as often as one likes', async () => {
    const handle = await pressed()
    await redraw(handle)
    await redraw(handle)
    expect(shown()).toHaveLength(1)
    expect(shown()[0]).toContain('*✅ Approved by* Ana')
    expect(shown()[0]).not.toContain('approve_action')
    expect(server.slack.calls.map(({ method }) => method)).not.toContain('chat.update')
  })

  test('is lost, and its webhook is not, once Slack lets us answer no more', async () => {
    const lost = { what: 'message', code: 'used_url' }
    const handle = await pressed()
    for (let use = 1; use <= 5; use++) await redraw(handle)
    expect(await failureOf(redraw(handle))).toMatchObject(lost)
    clock.advance(30 * 60_000)
    expect(await failureOf(redraw(handle))).toMatchObject({ ...lost, code: 'no_response_url' })
    expect(await failureOf(redraw(`${CHANNEL}/1.1`))).toMatchObject({ ...lost, code: 'no_response_url' })
  })

  test.each([
    [
      { status: 404, error: 'channel_not_found' },
      { what: 'message', code: 'channel_not_found' },
    ],
    [{ error: 'invalid_attachments' }, { what: 'message', code: 'invalid_attachments' }],
    [{ error: 'fatal_error' }, { code: 'fatal_error' }],
    // Slack answers so too when a press is answered faster than it has noted it.
    [{ status: 404 }, { code: 'http_404' }],
    [{ status: 500 }, { code: 'http_500' }],
    [{ status: 429, retryAfterSeconds: 7 }, { delayMs: 7_000 }],
    [{ dropAfterPosting: false }, { code: 'network_error' }],
  ])('fails by %j as %j', async (fault, expected) => {
    const handle = await pressed()
    server.slack.failNext({ method: 'response_url', ...fault })
    const failure = await failureOf(redraw(handle))
    expect(failure).toMatchObject(expected)
    expect(failure.what).toBe('what' in expected ? expected.what : undefined)
  })

  test('is never looked for elsewhere than at Slack', async () => {
    for (const url of ['https://evil.example/respond/1', 'http://127.0.0.1:9/', 'nowhere', 5, undefined]) {
      await responseUrls.keep('dst_1', 'C1/1.1', url)
    }
    expect(state.size).toBe(0)
  })

  test('leaves nothing behind once it can be answered no more', async () => {
    await pressed()
    clock.advance(30 * 60_000)
    const handle = await pressed()
    await redraw(handle)
    expect(state.size).toBe(1)
  })
})

describe('a failure', () => {
  test.each([
    [
      { status: 400, error: 'invalid_payload' },
      { what: 'message', code: 'invalid_payload' },
    ],
    [
      { status: 400, error: 'too_many_attachments' },
      { what: 'message', code: 'too_many_attachments' },
    ],
    [{ status: 400 }, { what: 'message', code: 'http_400' }],
    [{ status: 403 }, { code: 'http_403' }],
    [{ status: 404 }, { code: 'http_404' }],
    [{ status: 404, error: 'no_service, says the proxy' }, { code: 'http_404' }],
    [{ status: 500, error: 'no_service' }, { code: 'http_500' }],
    [{ status: 503 }, { code: 'http_503' }],
    [{ status: 200, error: '<html>ok</html>' }, { code: 'unexpected_answer' }],
    [{ dropAfterPosting: false }, { code: 'network_error' }],
    [{ status: 429, retryAfterSeconds: 30 }, { delayMs: 30_000 }],
    [{ status: 429, retryAfterSeconds: 0 }, { delayMs: 1_000 }],
  ])('by %j is told as %j', async (fault, expected) => {
    server.slack.failNext({ method: 'webhook', ...fault })
    const failure = await failureOf(post(ASKED))
    expect(failure).toMatchObject(expected)
    expect(failure.what).toBe('what' in expected ? expected.what : undefined)
  })

  test.each([
    [400, 'invalid_token'],
    [403, 'invalid_token'],
    [403, 'action_prohibited'],
    [403, 'posting_to_general_channel_denied'],
    [403, 'team_disabled'],
    [404, 'channel_not_found'],
    [404, 'no_active_hooks'],
    [404, 'no_service'],
    [404, 'no_team'],
    [410, 'channel_is_archived'],
  ])('by %i %s is one of the destination', async (status, error) => {
    server.slack.failNext({ method: 'webhook', status, error })
    expect(await failureOf(post(ASKED))).toMatchObject({ what: 'destination', code: error })
  })

  test('of a webhook that was removed is one of the destination', async () => {
    const webhook_url = server.slack.webhookUrl(CHANNEL).replace(/\w+$/, 'another')
    expect(await failureOf(post(ASKED, to({ webhook_url })))).toMatchObject({
      what: 'destination',
      code: 'no_service',
    })
  })

  test('tells no token, in whatever words', async () => {
    const [token = ''] = /\w+$/.exec(server.slack.webhookUrl(CHANNEL)) ?? []
    for (const fault of [{ status: 404, error: `gone_${token}/` }, { status: 500 }, { status: 429 }]) {
      server.slack.failNext({ method: 'webhook', ...fault })
      const failure = await failureOf(post(ASKED))
      expect(JSON.stringify({ ...failure, said: `${failure?.stack}` })).not.toContain(token)
    }
  })
})

test('all destinations of one webhook share what Slack takes of it, without its token', () => {
  const kind = slackKind({
    signingSecret: undefined,
    botToken: undefined,
    apiUrl: 'https://slack.com/api/',
    egress,
    timeoutMs: 10_000,
  })
  const [pace, ...more] = kind.pace({ webhook_url: 'https://hooks.slack.com/services/T1/B1/token' })
  expect(more).toEqual([])
  expect(pace).toMatchObject({ perSecond: 0.9, bucket: expect.stringMatching(/^slack:[0-9a-f]{64}$/) })
  const again = {
    webhook_url: 'https://hooks.slack.com/services/T1/B1/token',
    signing_secret: 'a signing secret',
  }
  expect(kind.pace(again)).toEqual([pace])
})
