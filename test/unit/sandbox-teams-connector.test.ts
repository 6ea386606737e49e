// Shows that the stand-in answers the Bot Connector's calls as Teams does, including when it refuses or fails.

import { beforeEach, describe, expect, test } from 'vitest'
import type { TeamsStandIn } from '../../src/sandbox/teams-stand-in.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { startTeams, type TeamsServer } from '../fakes/teams-server.ts'

const START = Date.UTC(2026, 0, 1)
const clock = manualClock(START)
let teams: TeamsStandIn
let app: TeamsServer['app']
let close = async () => {}
let token = ''

beforeEach(async () => {
  ;({ teams, close, app } = await startTeams(clock, () => 'http://127.0.0.1:1'))
  token = await login()
  return () => close()
})

async function login(): Promise<string> {
  const answer = await fetch(`${teams.cloud().loginUrl}/${teams.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: app.appId,
      client_secret: app.password,
      scope: 'https://api.botframework.com/.default',
    }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

function request(method: string, path: string[], body?: unknown, signal?: AbortSignal) {
  return fetch(teams.serviceUrl() + ['v3', ...path].map(encodeURIComponent).join('/'), {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal ?? null,
  })
}

async function call(method: string, path: string[], body?: unknown) {
  const answer = await request(method, path, body)
  const text = await answer.text()
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as a caller reads them
  return { status: answer.status, body: (text ? JSON.parse(text) : undefined) as any }
}

const ADAPTIVE = 'application/vnd.microsoft.card.adaptive'
const card = (more = {}) => ({ type: 'AdaptiveCard', version: '1.5', body: [], ...more })
const withCard = (content: unknown = card()) => ({
  type: 'message',
  attachments: [{ contentType: ADAPTIVE, content }],
})
const at = (conversationId: string, ...rest: string[]) => [
  'conversations',
  conversationId,
  'activities',
  ...rest,
]
const post = (conversationId: string, body: unknown = withCard()) => call('POST', at(conversationId), body)

const places = () => teams.workspace.places
const people = () => teams.workspace.people

describe('a message', () => {
  test('gets an id of epoch milliseconds, and the next one another', async () => {
    await teams.install(places().groupChat)
    expect(await post(places().groupChat)).toEqual({ status: 201, body: { id: String(START) } })
    expect(await post(places().groupChat)).toMatchObject({ body: { id: String(START + 1) } })
    expect(teams.messages(places().groupChat)[0]).toMatchObject({
      conversationId: places().groupChat,
      from: { id: `28:${app.appId}`, name: 'Countersign' },
      card: card(),
    })
    expect(teams.calls.at(-1)).toMatchObject({ method: 'send', params: { id: places().groupChat } })
  })

  test('in a channel begins a thread, which answers join', async () => {
    const { approvals, general } = places()
    await teams.install(approvals)
    const { body: first } = await post(approvals)
    await post(approvals)
    const thread = `${approvals};messageid=${first.id}`
    expect(teams.messages(approvals)[0]).toMatchObject({ id: first.id, conversationId: thread })
    await call('POST', at(approvals, first.id), { type: 'message', text: 'by its id' })
    await post(thread, { type: 'message', text: 'by its thread' })
    expect(teams.messages(thread).map(({ text }) => text)).toEqual(['', 'by its id', 'by its thread'])
    expect(teams.messages(approvals)).toHaveLength(4)
    expect(teams.messages(general)).toHaveLength(0)
  })

  test('is posted all the same when it answers an event, which is no message', async () => {
    await teams.install(places().personal)
    const { status } = await call('POST', at(places().personal, 'f:1234'), { type: 'message', text: 'hi' })
    expect([status, teams.messages(places().personal)]).toMatchObject([201, [{ text: 'hi' }]])
  })

  test('is replaced as a whole by an update, by the id of the channel or of the thread', async () => {
    const { approvals } = places()
    await teams.install(approvals)
    const { id } = (await post(approvals)).body
    const updated = await call('PUT', at(approvals, id), { type: 'message', text: 'closed' })
    expect(updated).toEqual({ status: 200, body: { id } })
    expect(teams.messages(approvals)[0]).toMatchObject({ id, text: 'closed', updatedAt: START })
    expect(teams.messages(approvals)[0]).not.toHaveProperty('card')
    await call('PUT', at(`${approvals};messageid=${id}`, id), withCard())
    expect(teams.messages(approvals)[0]).toMatchObject({ text: '', card: card() })
  })

  test('is gone once deleted', async () => {
    await teams.install(places().personal)
    const { id } = (await post(places().personal)).body
    expect(await call('DELETE', at(places().personal, id))).toEqual({ status: 200, body: undefined })
    expect(teams.messages(places().personal)).toEqual([])
    expect(await call('DELETE', at(places().personal, id))).toMatchObject({ status: 404 })
  })

  test('of a person cannot be changed by the bot', async () => {
    const { personal } = places()
    await teams.install(personal)
    await teams.say({ conversationId: personal, userId: people().ana.id, text: 'mine' })
    const id = teams.messages(personal)[0]?.id ?? ''
    const refused = await call('PUT', at(personal, id), withCard())
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'NotEnoughPermissions' } } })
  })

  test('that only says that the bot is typing is not kept', async () => {
    await teams.install(places().personal)
    expect(await post(places().personal, { type: 'typing' })).toMatchObject({ status: 201 })
    expect(teams.messages(places().personal)).toEqual([])
  })
})

describe('what Teams refuses', () => {
  beforeEach(async () => {
    await teams.install(places().personal)
  })

  test.each<[string, unknown]>([
    ['no activity', []],
    ['an activity of no type', { text: 'hi' }],
    ['an unknown type', { type: 'poem', text: 'hi' }],
    ['an empty message', { type: 'message' }],
    ['a text that is none', { type: 'message', text: 5 }],
    ['a card of a later version', withCard(card({ version: '1.6' }))],
    ['a card without version', withCard(card({ version: undefined }))],
    ['a card that is none', withCard({ type: 'Container', version: '1.5' })],
    ['a card with an untyped element', withCard(card({ body: [{ text: 'x' }] }))],
    ['a card with untyped actions', withCard(card({ actions: ['Approve'] }))],
  ])('400 for %s', async (_, body) => {
    const refused = await post(places().personal, body)
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'BadArgument' } } })
    expect(teams.messages(places().personal)).toEqual([])
  })

  test.each([81, 2000])('413 for %i KB', async (kilobytes) => {
    const refused = await post(places().personal, { type: 'message', text: 'x'.repeat(kilobytes * 1024) })
    expect(refused).toMatchObject({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } })
  })

  test('404 for an unknown conversation, thread, message, member and team', async () => {
    await teams.install(places().general)
    const refusals = [
      [await post('19:nowhere@thread.tacv2'), 'ConversationNotFound'],
      [await post(`${places().general};messageid=1`), 'ConversationNotFound'],
      [await call('PUT', at(places().personal, '1'), withCard()), 'ActivityNotFoundInConversation'],
      [
        await call('GET', ['conversations', places().personal, 'members', people().ben.id]),
        'MemberNotFoundInConversation',
      ],
      [await call('GET', ['teams', places().approvals]), 'ConversationNotFound'],
    ] as const
    for (const [answer, code] of refusals)
      expect(answer).toMatchObject({ status: 404, body: { error: { code } } })
  })

  test('403 where the bot was never installed, and from where it was removed', async () => {
    const error = {
      code: 'BotNotInConversationRoster',
      message: 'The bot is not part of the conversation roster.',
    }
    expect(await post(places().approvals)).toEqual({ status: 403, body: { error } })
    await teams.install(places().general)
    expect(await post(places().approvals)).toMatchObject({ status: 201 })
    await teams.remove(places().approvals)
    expect(await post(places().general)).toEqual({ status: 403, body: { error } })
    expect(await call('GET', ['teams', places().general])).toMatchObject({ status: 403 })
  })

  test('401 for a token that its login did not hand out', async () => {
    for (const wrong of ['', 'made-up', await teams.token()]) {
      token = wrong
      expect(await post(places().personal)).toMatchObject({ status: 401 })
    }
  })
})

describe('the roster', () => {
  beforeEach(async () => {
    await teams.install(places().approvals)
    await teams.install(places().groupChat)
  })

  test('tells who a member is, by either id', async () => {
    const { ana } = people()
    for (const id of [ana.id, ana.aadObjectId]) {
      expect(await call('GET', ['conversations', places().approvals, 'members', id])).toEqual({
        status: 200,
        body: {
          id: ana.id,
          name: 'Ana Ruiz',
          objectId: ana.aadObjectId,
          aadObjectId: ana.aadObjectId,
          givenName: 'Ana',
          surname: 'Ruiz',
          email: 'ana.ruiz@example.com',
          userPrincipalName: 'ana.ruiz@example.com',
          tenantId: teams.tenantId,
          userRole: 'user',
        },
      })
    }
  })

  test('tells guests by their role, and people of another tenant by that alone', async () => {
    const roster = async (id: string) =>
      (await call('GET', ['conversations', id, 'pagedmembers'])).body.members
    const [, , guest] = await roster(places().approvals)
    expect(guest).toMatchObject({ userRole: 'guest', tenantId: teams.tenantId })
    expect(guest.userPrincipalName).toContain('#EXT#')
    const [, , outsider] = await roster(places().groupChat)
    expect(outsider).toMatchObject({ userRole: 'user' })
    expect(outsider.tenantId).not.toBe(teams.tenantId)
  })

  test('of a team names its channels, but not the General one', async () => {
    const { general, approvals } = places()
    const { conversations } = (await call('GET', ['teams', general, 'conversations'])).body
    expect(conversations).toMatchObject([
      { id: general, name: null },
      { id: approvals, name: 'Approvals' },
    ])
    const { body } = await call('GET', ['teams', general])
    expect(body).toMatchObject({ id: general, name: 'Operations', channelCount: 2, memberCount: 3 })
  })
})

describe('a chat with one person alone', () => {
  const open = (id: string, more = {}) =>
    call('POST', ['conversations'], {
      isGroup: false,
      members: [{ id }],
      tenantId: teams.tenantId,
      activity: withCard(),
      ...more,
    })

  test('is opened with a message, and is the same one each time', async () => {
    await teams.install(places().approvals)
    const first = await open(people().ben.id)
    expect(first).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^a:1/) } })
    expect(await open(people().ben.id)).toEqual(first)
    expect(teams.messages(first.body.id)).toMatchObject([{ card: card() }, { card: card() }])
    expect((await open(people().ana.id)).body.id).toBe(places().personal)
  })

  test('is refused with whoever is nowhere with the bot, with several, and without a tenant', async () => {
    const { ben, outsider, ana } = people()
    expect((await open(ben.id)).body.error.code).toBe('BotNotInConversationRoster')
    await teams.install(places().approvals)
    expect((await open(outsider.id)).body.error.code).toBe('BotNotInConversationRoster')
    expect((await open(ben.id, { isGroup: true })).body.error.code).toBe('BadSyntax')
    expect((await open('', { members: [{ id: ben.id }, { id: ana.id }] })).body.error.code).toBe('BadSyntax')
    expect((await open(ben.id, { tenantId: undefined })).status).toBe(403)
    expect((await open(ben.id, { activity: {} })).status).toBe(400)
    expect(teams.messages(places().personal)).toEqual([])
  })
})

describe('a fault on demand', () => {
  const said = { type: 'message', text: 'x' }
  const send = (signal?: AbortSignal) => request('POST', at(places().personal), said, signal)
  beforeEach(async () => {
    await teams.install(places().personal)
  })

  test('throttles with Retry-After, as often as asked', async () => {
    teams.failNext({ method: 'send', status: 429, retryAfterSeconds: 7, times: 2 })
    for (const _ of [1, 2]) {
      const answer = await send()
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
      expect(await answer.json()).toMatchObject({ error: { code: 'Throttled' } })
    }
    expect((await send()).status).toBe(201)
  })

  test("answers a connector's error, or one of what stands before it", async () => {
    teams.failNext({ method: 'send', status: 403, code: 'BotDisabledByAdmin' })
    teams.failNext({ method: 'send', status: 502 })
    expect(await (await send()).json()).toMatchObject({ error: { code: 'BotDisabledByAdmin' } })
    expect((await send()).headers.get('content-type')).toMatch(/^text\/plain/)
    expect(teams.messages(places().personal)).toEqual([])
  })

  test('hits only the operation that it names', async () => {
    teams.failNext({ method: 'update', status: 500 })
    const { id } = (await (await send()).json()) as { id: string }
    const update = () => request('PUT', at(places().personal, id), said)
    expect([(await update()).status, (await update()).status]).toEqual([500, 200])
  })

  test('cuts the connection before or after the message was posted', async () => {
    teams.failNext({ method: 'send', dropAfterPosting: false })
    await expect(send()).rejects.toThrow()
    expect(teams.messages(places().personal)).toHaveLength(0)
    teams.failNext({ method: 'send', dropAfterPosting: true })
    await expect(send()).rejects.toThrow()
    expect(teams.messages(places().personal)).toHaveLength(1)
  })

  test('keeps a call waiting until it is released', async () => {
    const release = teams.failNext({ method: 'send', hang: true })
    const waiting = send()
    expect((await send()).status).toBe(201)
    expect(teams.messages(places().personal)).toHaveLength(1)
    release()
    expect((await waiting).status).toBe(201)
    expect(teams.messages(places().personal)).toHaveLength(2)
  })
})
