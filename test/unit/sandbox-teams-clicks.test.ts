// Shows that the stand-in sends presses, words and installations, and shows the bot's answers, as Teams does.

import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NotOnTheCard } from '../../src/sandbox/slack-stand-in.ts'
import { createTeamsStandIn, type SavedTeams, type TeamsStandIn } from '../../src/sandbox/teams-stand-in.ts'
import { manualClock } from '../fakes/manual-clock.ts'

// biome-ignore lint/suspicious/noExplicitAny: activities are read as a bot reads them
type Received = { path: string; authorization: string | undefined; activity: any }

const APP_ID = '6b1f0c52-93de-4a7b-8c15-2e4d7f9a0b61'
const APP_PASSWORD = 'test-app-password'
const clock = manualClock()
let teams: TeamsStandIn
let url = ''
let close = () => {}
let received: Received[] = []
let reply: { status: number; body: unknown }
let saved: string | undefined

beforeAll(async () => {
  const app = express()
  app.post('/v1/webhooks/teams/interactions', express.json(), (req, res) => {
    received.push({ path: req.path, authorization: req.get('authorization'), activity: req.body })
    res.status(reply.status).json(reply.body)
  })
  app.use('/teams', (req, res, next) => teams.router(req, res, next))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  close = () => server.close()
})
afterAll(() => close())

function start(): TeamsStandIn {
  return createTeamsStandIn({
    appId: APP_ID,
    appPassword: APP_PASSWORD,
    productUrl: () => url,
    selfUrl: () => `${url}/teams`,
    clock,
    load: () => (saved === undefined ? undefined : (JSON.parse(saved) as SavedTeams)),
    save: (state) => {
      saved = JSON.stringify(state)
    },
  })
}

beforeEach(() => {
  reply = { status: 200, body: {} }
  saved = undefined
  teams = start()
  received = []
})

const places = () => teams.workspace.places
const people = () => teams.workspace.people
const last = () => received.at(-1)?.activity

const submit = (title: string, data: object) => ({ type: 'Action.Submit', title, data })
const execute = (title: string, verb: string, more = {}) => ({
  type: 'Action.Execute',
  title,
  verb,
  data: { id: 'apr_1' },
  fallback: submit(title, { id: 'apr_1', old: true }),
  ...more,
})
const input = (id: string, more: object) => ({ type: 'Input.Text', id, ...more })
const card = {
  type: 'AdaptiveCard',
  version: '1.5',
  body: [
    input('ticket', { value: 'T-1' }),
    {
      type: 'ActionSet',
      actions: [{ type: 'Action.ToggleVisibility', title: 'Approve', targetElements: ['sure'] }],
    },
    {
      type: 'Container',
      id: 'sure',
      isVisible: false,
      items: [{ type: 'ActionSet', actions: [execute('Approve', 'approve')] }],
    },
  ],
  actions: [
    {
      type: 'Action.ShowCard',
      title: 'Deny',
      card: {
        type: 'AdaptiveCard',
        body: [input('note', { isRequired: true })],
        actions: [execute('Deny', 'deny'), execute('Skip', 'skip', { associatedInputs: 'none' })],
      },
    },
    { type: 'Action.ShowCard', title: 'More', card: { type: 'AdaptiveCard' } },
    submit('Later', { later: true }),
  ],
}
const decided = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'Approved' }] }
const invokeAnswer = (type: string, value: unknown, statusCode = 200) => ({
  status: 200,
  body: { statusCode, type: `application/vnd.microsoft.${type}`, value },
})

async function post(conversationId: string, content: object = card, activityId?: string): Promise<string> {
  const login = await fetch(`${teams.cloud().loginUrl}/${teams.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: APP_ID,
      client_secret: APP_PASSWORD,
      scope: 'https://api.botframework.com/.default',
    }),
  })
  const { access_token: accessToken } = (await login.json()) as { access_token: string }
  const path = ['v3', 'conversations', conversationId, 'activities', activityId].filter(
    (part) => part !== undefined,
  )
  const answer = await fetch(teams.serviceUrl() + path.map(encodeURIComponent).join('/'), {
    method: activityId === undefined ? 'POST' : 'PUT',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
    }),
  })
  return ((await answer.json()) as { id: string }).id
}

async function posted(conversationId = places().approvals): Promise<string> {
  await teams.install(conversationId)
  const id = await post(conversationId)
  received = []
  return id
}

const press = (activityId: string, more = {}) =>
  teams.click({
    conversationId: places().approvals,
    activityId,
    userId: people().ana.id,
    verb: 'approve',
    how: 'execute',
    ...more,
  })

describe('a press', () => {
  test('is sent with a token of the Bot Framework for this app and service', async () => {
    await press(await posted())
    const [, token = ''] = (received[0]?.authorization ?? '').split('Bearer ')
    const { jwks_uri } = (await (await fetch(teams.cloud().openIdMetadataUrl)).json()) as { jwks_uri: string }
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
      issuer: 'https://api.botframework.com',
      audience: APP_ID,
      currentDate: new Date(clock.now()),
    })
    expect(payload).toMatchObject({ serviceurl: last().serviceUrl, exp: clock.now() / 1000 + 3600 })
  })

  test('of Action.Execute tells who, where, on which message and which button', async () => {
    const activityId = await posted()
    const { approvals, general } = places()
    await press(activityId)
    expect(received).toHaveLength(1)
    expect(last()).toMatchObject({
      type: 'invoke',
      name: 'adaptiveCard/action',
      id: expect.stringMatching(/^f:[0-9a-f-]{36}$/),
      timestamp: '2026-01-01T00:00:00.000Z',
      channelId: 'msteams',
      serviceUrl: teams.serviceUrl(),
      from: { id: people().ana.id, name: 'Ana Ruiz', aadObjectId: people().ana.aadObjectId },
      recipient: { id: `28:${APP_ID}`, name: 'Countersign' },
      conversation: {
        isGroup: true,
        conversationType: 'channel',
        tenantId: teams.tenantId,
        id: `${approvals};messageid=${activityId}`,
      },
      channelData: { tenant: { id: teams.tenantId }, team: { id: general }, channel: { id: approvals } },
      replyToId: activityId,
      entities: [{ type: 'clientInfo', locale: 'en-US' }],
      value: {
        action: { type: 'Action.Execute', verb: 'approve', data: { id: 'apr_1' } },
        trigger: 'manual',
      },
    })
  })

  test('of Action.Submit, or of the one that stands in for Execute, is a message without text', async () => {
    const activityId = await posted()
    await press(activityId, { how: 'submit' })
    expect(last()).toMatchObject({
      type: 'message',
      value: { id: 'apr_1', old: true },
      replyToId: activityId,
    })
    expect(last()).not.toHaveProperty('text')
    await press(activityId, { how: 'submit', verb: undefined, title: 'Later', clickId: '17' })
    expect(last()).toMatchObject({ id: '17', value: { later: true } })
  })

  test('is the same one again when it is sent with the same id', async () => {
    const activityId = await posted()
    await press(activityId, { clickId: 'f:1' })
    await press(activityId, { clickId: 'f:1' })
    expect(received[0]?.activity).toEqual(received[1]?.activity)
  })

  test('behind Action.ShowCard carries what was typed there and around it', async () => {
    const activityId = await posted()
    await press(activityId, { verb: undefined, title: 'Deny', inputs: { note: 'too much' } })
    expect(last().value.action.verb).toBe('deny')
    expect(last().value.action.data).toEqual({ id: 'apr_1', ticket: 'T-1', note: 'too much' })
    await press(activityId, { verb: 'skip' })
    expect(last().value.action.data).toEqual({ id: 'apr_1' })
  })

  test.each([
    ['is not there', { verb: 'escalate' }],
    ['is of the other kind', { verb: undefined, title: 'Later' }],
    ['only opens another card', { verb: undefined, title: 'More' }],
    ['asks for a note that was not typed', { verb: 'deny' }],
    ['has no such input', { inputs: { reason: 'x' } }],
    ['is on another message', { activityId: '1' }],
    ['is in a conversation that this person is not in', { userId: '29:nobody' }],
  ])('cannot be made when the button %s', async (_, more) => {
    const activityId = await posted()
    await expect(press(activityId, more)).rejects.toThrow(NotOnTheCard)
    expect(received).toEqual([])
  })

  test('cannot be made where the bot was removed', async () => {
    const activityId = await posted()
    await teams.remove(places().approvals)
    await expect(press(activityId)).rejects.toThrow(NotOnTheCard)
  })
})

describe('the answer to a press', () => {
  test('of a card is seen by the one who pressed, until the message is updated for all', async () => {
    const activityId = await posted()
    reply = invokeAnswer('card.adaptive', decided)
    expect(await press(activityId)).toMatchObject({
      status: 200,
      body: reply.body,
      tookMs: expect.any(Number),
    })
    const [message] = teams.messages(places().approvals)
    expect(message).toMatchObject({ card, views: { [people().ana.id]: decided } })
    await expect(press(activityId)).rejects.toThrow(NotOnTheCard)
    await press(activityId, { userId: people().ben.id })
    await post(places().approvals, { ...decided, body: [] }, activityId)
    expect(teams.messages(places().approvals)).toMatchObject([{ card: { body: [] } }])
    expect(teams.messages(places().approvals)[0]?.views).toEqual({})
  })

  test.each([
    ['a text', invokeAnswer('activity.message', 'Already approved'), 'Already approved'],
    ['an error', invokeAnswer('error', { code: 'x', message: 'Not for you' }, 403), 'Not for you'],
    ['no invoke answer', { status: 200, body: {} }, 'Something went wrong. Please try again.'],
    [
      'an error status of HTTP',
      { ...invokeAnswer('activity.message', 'Denied'), status: 403 },
      'Something went wrong. Please try again.',
    ],
    [
      'a card that Teams does not know',
      invokeAnswer('card.adaptive', { ...decided, version: '1.6' }),
      'Something went wrong. Please try again.',
    ],
  ])('of %s is told to the one who pressed alone', async (_, answer, text) => {
    const activityId = await posted()
    reply = answer
    await press(activityId, { userId: people().ben.id })
    const [message, told] = teams.messages(`${places().approvals};messageid=${activityId}`)
    expect(message?.views).toEqual({})
    expect(told).toMatchObject({ text, onlyFor: people().ben.id })
  })
})

test('the answer to Action.Submit is shown to nobody', async () => {
  const activityId = await posted()
  reply = invokeAnswer('activity.message', 'Denied')
  await press(activityId, { how: 'submit' })
  expect(teams.messages(places().approvals)).toHaveLength(1)
})

describe('what is said', () => {
  test('in a channel begins a thread and mentions the bot', async () => {
    await teams.install(places().approvals)
    await teams.say({ conversationId: places().approvals, userId: people().ben.id, text: 'status' })
    const [message] = teams.messages(places().approvals)
    expect(message).toMatchObject({ text: 'status', from: { name: 'Ben Okafor' } })
    expect(last()).toMatchObject({
      type: 'message',
      id: message?.id,
      text: '<at>Countersign</at> status',
      conversation: { id: `${places().approvals};messageid=${message?.id}` },
      entities: [
        {
          type: 'mention',
          text: '<at>Countersign</at>',
          mentioned: { id: `28:${APP_ID}`, name: 'Countersign' },
        },
        { type: 'clientInfo' },
      ],
    })
  })

  test('in a personal chat is only the text', async () => {
    await teams.install(places().personal)
    await teams.say({ conversationId: places().personal, userId: people().ana.id, text: 'status' })
    expect(last()).toMatchObject({ text: 'status', conversation: { conversationType: 'personal' } })
    expect(last().conversation).not.toHaveProperty('isGroup')
    expect(last().channelData).toEqual({ tenant: { id: teams.tenantId } })
  })
})

describe('the bot hears', () => {
  const shown = () => received.map(({ activity }) => activity)

  test('of its installation in a team, with the channel that was selected', async () => {
    const { approvals, general } = places()
    const answers = await teams.install(approvals)
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const team = { id: general, name: 'Operations' }
    const common = {
      from: { aadObjectId: people().ana.aadObjectId },
      conversation: { id: approvals, conversationType: 'channel' },
      channelData: { team, settings: { selectedChannel: { id: approvals } }, tenant: { id: teams.tenantId } },
    }
    expect(shown()).toMatchObject([
      { ...common, type: 'installationUpdate', action: 'add' },
      {
        ...common,
        type: 'conversationUpdate',
        membersAdded: [{ id: `28:${APP_ID}` }],
        channelData: { ...common.channelData, eventType: 'teamMemberAdded' },
      },
    ])
  })

  test('of its removal, in a team for the whole team', async () => {
    await teams.install(places().approvals)
    received = []
    await teams.remove(places().approvals)
    expect(shown()).toMatchObject([
      { type: 'installationUpdate', action: 'remove', conversation: { id: places().general } },
      { type: 'conversationUpdate', membersRemoved: [{ id: `28:${APP_ID}` }] },
    ])
    expect(shown()[0].channelData).not.toHaveProperty('settings')
  })

  test('of its removal from a personal chat by one event alone', async () => {
    await teams.install(places().personal)
    received = []
    await teams.remove(places().personal)
    expect(shown()).toMatchObject([{ type: 'installationUpdate', action: 'remove' }])
  })

  test('of channels that are created, renamed and deleted', async () => {
    await teams.install(places().general)
    const id = '19:OperationsNewK2@thread.tacv2'
    await teams.createChannel(id, 'New')
    await teams.renameChannel(id, 'Newer')
    expect(teams.conversations()).toContainEqual({ id, type: 'channel', name: 'Newer' })
    await teams.deleteChannel(id)
    expect(teams.conversations().map((one) => one.id)).not.toContain(id)
    const events = shown().slice(-3)
    expect(events.map(({ channelData }) => [channelData.eventType, channelData.channel.name])).toEqual([
      ['channelCreated', 'New'],
      ['channelRenamed', 'Newer'],
      ['channelDeleted', 'Newer'],
    ])
    expect(events[0]).toMatchObject({ type: 'conversationUpdate', conversation: { id: places().general } })
  })
})

test('anything can be sent, with a good token, a bad one or none', async () => {
  const activity = teams.workspace
  await teams.send(activity)
  await teams.send(activity, 'bad')
  await teams.send(activity, '')
  expect(received.map(({ authorization }) => authorization)).toEqual([
    expect.stringMatching(/^Bearer ey/),
    'Bearer bad',
    undefined,
  ])
})

test('what `click` would send can be had without sending it', async () => {
  const activityId = await posted()
  const click = { conversationId: places().approvals, activityId, userId: people().ana.id } as const
  const activity = teams.clickActivity({ ...click, title: 'Approve', how: 'execute', clickId: 'f:1' })
  expect(received).toEqual([])
  await press(activityId, { clickId: 'f:1' })
  expect(last()).toEqual(activity)
})

test('messages, views, channels and installations survive a restart; whispers do not', async () => {
  const activityId = await posted()
  reply = invokeAnswer('activity.message', 'psst')
  await press(activityId)
  reply = invokeAnswer('card.adaptive', decided)
  await press(activityId)
  await teams.renameChannel(places().approvals, 'Signatures')

  teams = start()
  expect(teams.messages(places().approvals)).toMatchObject([
    { id: activityId, views: { [people().ana.id]: decided } },
  ])
  expect(teams.conversations().map(({ name }) => name)).toContain('Signatures')
  await press(activityId, { userId: people().ben.id })
  expect(await post(places().approvals)).not.toBe(activityId)
})

test('whoever watches hears of every change', async () => {
  let changes = 0
  const stop = teams.onChange(() => {
    changes += 1
  })
  await posted()
  expect(changes).toBe(2)
  stop()
  await teams.remove(places().approvals)
  expect(changes).toBe(2)
})
