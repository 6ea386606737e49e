// Shows that a message reaches Discord, stays true there, and fails in the way that the worker understands.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'
import { discord as discordKind } from '../../src/platforms/discord/discord.ts'
import type { Message, Platform, PlatformPorts } from '../../src/platforms/platform.ts'
import { type DiscordServer, startDiscord } from '../fakes/discord-server.ts'
import { PENDING } from '../fakes/hostile-approvals.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { ALERT, APPROVED, ASKED } from '../fakes/told-messages.ts'

type Config = { webhook_url: string }

const egress = createEgress({ allowCidrs: ['127.0.0.0/8'], allowHttp: true })
let clock: ManualClock
let server: DiscordServer
let platform: Platform<Config>

async function start(limitsRates = false): Promise<void> {
  clock = manualClock()
  server = await startDiscord(clock, { limitsRates })
  const kind = discordKind({ egress, timeoutMs: 10_000, apiOrigin: server.apiOrigin })
  platform = await kind.create({} as PlatformPorts<Config>)
}
beforeEach(() => start())
afterEach(() => server.close())

const to = (webhook_url = server.discord.webhookUrl()) => ({
  id: 'dst_1',
  name: 'Alerts',
  includeDetails: true,
  config: { webhook_url },
})
const post = (message: Message = ASKED, destination = to()) => platform.post(message, destination)
const redraw = async (handle: string, message: Message = APPROVED) => platform.redraw?.(handle, message, to())
const failureOf = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error) => error,
  )

describe('a message', () => {
  test('stands in the channel with its link button, and notifies nobody', async () => {
    const { handle } = await post()
    const [shown] = server.discord.messages()
    expect(shown?.id).toBe(handle)
    expect(shown?.embeds[0]?.description).toMatch(/^\*\*❗ HIGH \(0\.71\) · Approve\*\* /)
    expect(shown?.components[0]?.components).toMatchObject([{ label: 'View in Console', url: PENDING.url }])
    expect(shown?.pings).toEqual([])
    expect(server.discord.calls[0]?.body).toMatchObject({ allowed_mentions: { parse: [] } })
  })

  test('of an alert stands there too', async () => {
    await post(ALERT)
    expect(server.discord.messages()[0]?.embeds[0]?.description).toMatch(
      /^\*\*❗ HIGH · Policy violation\*\*\n/,
    )
  })

  test('is brought to the truth in its place, as often as one likes', async () => {
    const { handle } = await post()
    await redraw(handle as string)
    await redraw(handle as string)
    const messages = server.discord.messages()
    expect(messages).toHaveLength(1)
    expect(messages[0]?.embeds[0]).toMatchObject({
      description: expect.stringMatching(/^\*\*✅ Approved by\*\* `Ana`: /),
      color: 0x2eb67d,
    })
    expect(messages[0]?.editedAt).toBeDefined()
  })
})

describe('a thread', () => {
  const inThread = (id = server.discord.threadId) => to(`${server.discord.webhookUrl()}?thread_id=${id}`)

  test('has the post, and every edit of it', async () => {
    const { handle } = await post(ASKED, inThread())
    await platform.redraw?.(handle as string, APPROVED, inThread())
    expect(server.discord.messages()).toMatchObject([
      { id: handle, threadId: server.discord.threadId, editedAt: expect.any(Number) },
    ])
  })

  test('that is not there is named', async () => {
    expect(await failureOf(post(ASKED, inThread('5')))).toMatchObject({
      what: 'destination',
      code: 'unknown_channel',
    })
  })

  test.each(['/api/v10/webhooks/', '/api/webhooks/'])(
    'is found under %s, with whatever else was pasted',
    async (path) => {
      const { pathname } = new URL(server.discord.webhookUrl())
      const pasted = pathname.replace('/api/webhooks/', path)
      await post(ASKED, to(`${server.apiOrigin}${pasted}/?wait=false&thread_id=${server.discord.threadId}`))
      expect(server.discord.messages()).toMatchObject([{ threadId: server.discord.threadId }])
    },
  )
})

describe('a failure', () => {
  const strange = (id: string, token: string) => to(`${server.apiOrigin}/api/webhooks/${id}/${token}`)

  test('of a webhook that was deleted, or has another token, is one of the destination', async () => {
    const [, id] = /webhooks\/(\d+)/.exec(server.discord.webhookUrl()) ?? []
    expect(await failureOf(post(ASKED, strange('1', 'x')))).toMatchObject({
      what: 'destination',
      code: 'unknown_webhook',
      excerpt: 'Unknown Webhook',
    })
    expect(await failureOf(post(ASKED, strange(id as string, 'x')))).toMatchObject({
      what: 'destination',
      code: 'invalid_webhook_token',
    })
  })

  test('of a message that somebody deleted is one of that message', async () => {
    expect(await failureOf(redraw('123'))).toMatchObject({ what: 'message', code: 'unknown_message' })
  })

  test.each([
    [
      { status: 400, code: 50035 },
      { what: 'message', code: 'invalid_form_body' },
    ],
    [
      { status: 400, code: 50006 },
      { what: 'message', code: 'bad_request' },
    ],
    [
      { status: 404, code: 10015 },
      { what: 'destination', code: 'unknown_webhook' },
    ],
    [
      { status: 404, code: 10003 },
      { what: 'destination', code: 'unknown_channel' },
    ],
    [
      { status: 403, code: 50013 },
      { what: 'destination', code: 'missing_permissions' },
    ],
    [
      { status: 400, code: 220001 },
      { what: 'destination', code: 'thread_id_missing' },
    ],
    [
      { status: 400, code: 220003 },
      { what: 'destination', code: 'thread_not_allowed' },
    ],
    [
      { status: 400, code: 200000 },
      { what: 'message', code: 'blocked_by_server' },
    ],
    [{ status: 403, code: 99_999 }, { code: 'http_403' }],
    [{ status: 404 }, { code: 'http_404' }],
    [{ status: 500 }, { code: 'http_500' }],
    [{ dropAfterPosting: false }, { code: 'network_error' }],
  ])('%j is told as %j, of a post and of a redraw', async (fault, expected) => {
    const { handle } = await post()
    server.discord.failNext({ method: 'post', ...fault })
    server.discord.failNext({ method: 'edit', ...fault })
    for (const failure of [await failureOf(post()), await failureOf(redraw(handle as string))]) {
      expect(failure).toMatchObject(expected)
      expect(failure.what).toBe('what' in expected ? expected.what : undefined)
    }
  })

  test.each([
    [50083, 'thread_archived'],
    [160005, 'thread_locked'],
  ])(
    '%i ends the destination for a post, and for an edit leaves that message as it is',
    async (code, name) => {
      const { handle } = await post()
      for (const method of ['post', 'edit'] as const) server.discord.failNext({ method, status: 400, code })
      expect(await failureOf(post())).toMatchObject({ what: 'destination', code: name })
      expect(await failureOf(redraw(handle as string))).toMatchObject({ what: 'message', code: name })
    },
  )

  test('tells no token, in whatever words', async () => {
    const [token] = /[^/]+$/.exec(server.discord.webhookUrl()) ?? []
    const destination = strange('1', token as string)
    const echo = { status: 403, code: 50013, message: `no: /webhooks/1/${token}` }
    for (const fault of [{}, echo, { status: 500 }, { dropAfterPosting: false }, { status: 429 }]) {
      server.discord.failNext({ method: 'post', ...fault })
      const failure = await failureOf(post(ASKED, destination))
      expect(JSON.stringify({ ...failure, said: `${failure?.stack}` })).not.toContain(token)
    }
  })
})

describe('pacing', () => {
  test('Discord’s own wish is heard: to the millisecond, and never shorter than a second', async () => {
    server.discord.failNext({ method: 'post', status: 429, retryAfterSeconds: 7.125 })
    expect(await failureOf(post())).toMatchObject({ delayMs: 7_125 })
    server.discord.failNext({ method: 'edit', status: 429, retryAfterSeconds: 0 })
    expect(await failureOf(redraw('1'))).toMatchObject({ delayMs: 1_000 })
  })

  test('Discord says when its bucket is empty, and the destination cools until it is full again', async () => {
    await server.close()
    await start(true)
    for (let sent = 1; sent < 30; sent++) expect(await post()).not.toHaveProperty('coolDownMs')
    clock.advance(20_000)
    expect(await post()).toMatchObject({ coolDownMs: 40_000 })
    expect(await failureOf(post())).toMatchObject({ delayMs: 40_000 })
    clock.advance(40_000)
    expect(await post()).not.toHaveProperty('coolDownMs')
    expect(server.discord.messages()).toHaveLength(31)
  })

  test('all destinations of one webhook share what Discord takes of it, without its token', () => {
    const kind = discordKind({ egress, timeoutMs: 10_000 })
    const of = (token: string) => kind.pace({ webhook_url: `https://discord.com/api/webhooks/42/${token}` })
    expect(of('a')).toEqual([{ bucket: 'discord:42', perSecond: 0.4, burst: 3 }])
    expect(of('b')).toEqual(of('a'))
    expect(of('a?thread_id=3')).toEqual(of('a'))
  })
})

describe('a destination', () => {
  const refusal = (config: object, apiOrigin?: string) =>
    discordKind({ egress, timeoutMs: 10_000, apiOrigin }).config.safeParse(config).error?.issues[0]?.message

  test.each([
    'https://discord.com/api/webhooks/1180000000000000002/abc-DEF_123',
    'https://discordapp.com/api/webhooks/1/a',
    'https://ptb.discord.com/api/webhooks/1/a',
    'https://canary.discord.com/api/webhooks/1/a',
    'https://discord.com/api/webhooks/1/a/',
    'https://discord.com/api/v10/webhooks/1/a',
    'https://discord.com/api/webhooks/1/a?wait=true',
    'https://discord.com/api/webhooks/1/a?thread_id=1180000000000000003',
    'https://canary.discord.com/api/v9/webhooks/1/a/?wait=true&thread_id=3&with_components=true',
  ])('may be %s', (webhook_url) => {
    expect(refusal({ webhook_url })).toBeUndefined()
  })

  test('needs a webhook', () => {
    expect(refusal({})).toBe('Discord channels require webhook_url')
  })

  test.each([
    'http://discord.com/api/webhooks/1/a',
    'https://discord.com.evil.example/api/webhooks/1/a',
    'https://discord.com@evil.example/api/webhooks/1/a',
    'https://discord.com:444/api/webhooks/1/a',
    'https://evil.example/api/webhooks/1/a',
    'https://discord.com/api/webhooks/1/a/../../../x',
    'https://discord.com/api/webhooks/1/a/slack',
    'https://discord.com/api/webhooks/1/a?thread_id=',
    'https://discord.com/api/webhooks/1/a?thread_id=general',
    'https://discord.com/api/webhooks/1/a?thread_name=new',
    'https://discord.com/api/webhooks/1/a?thread_id=1?wait=true',
    'https://discord.com/api/webhooks/1/a?thread_id=1thread_id=2',
    'https://discord.com/api/version/webhooks/1/a',
    'https://discord.com/api/webhooks/1/a#b',
    'https://discord.com/api/webhooks/me/a',
    'https://discord.com/api/users/1/a',
    ' https://discord.com/api/webhooks/1/a',
    'https://discord.com/api/webhooks/1/a\n',
    'http://127.0.0.1:1/api/webhooks/1/a',
  ])('is not %s', (webhook_url) => {
    expect(refusal({ webhook_url })).toContain('https://discord.com/api/webhooks/<id>/<token>')
  })

  test('may be where a stand-in is, when the environment says so', () => {
    const webhook_url = 'http://127.0.0.1:1/api/webhooks/1/a'
    expect(refusal({ webhook_url }, 'http://127.0.0.1:1')).toBeUndefined()
    expect(refusal({ webhook_url }, 'http://127.0.0.1:2')).toBeDefined()
  })
})
