// Shows that the stand-in sends presses and commands as Slack does, and lets the app answer as Slack allows.

import { createHmac } from 'node:crypto'
import express from 'express'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createSlackStandIn, NotOnTheCard, type SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'

const CHANNEL = 'C0APPROVALS'
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const START = 1_700_000_000_000
let now = START
let slack: SlackStandIn
let url = ''
let close = () => {}
let received: { path: string; headers: Record<string, unknown>; body: string }[] = []
let reply: { status: number; type: string; body: string }

beforeAll(async () => {
  const app = express()
  app.post('/v1/webhooks/slack/:kind', express.text({ type: () => true }), (req, res) => {
    received.push({ path: req.path, headers: req.headers, body: req.body })
    res.status(reply.status).type(reply.type).send(reply.body)
  })
  app.use('/slack', (req, res, next) => slack.router(req, res, next))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  close = () => server.close()
})
afterAll(() => close())

beforeEach(() => {
  now = START
  received = []
  reply = { status: 200, type: 'text/plain', body: '' }
  slack = createSlackStandIn({
    signingSecret: SECRET,
    botToken: 'xoxb',
    productUrl: () => url,
    selfUrl: () => `${url}/slack`,
    clock: { now: () => now },
  })
})

const approve = {
  type: 'button',
  action_id: 'approve_action',
  value: 'apr_1',
  text: { type: 'plain_text', text: 'Yes' },
}
const card = { blocks: [{ type: 'actions', block_id: 'buttons', elements: [approve] }] }

async function post(args: Record<string, unknown>): Promise<string> {
  const form = Object.entries(args).map(([name, value]): [string, string] => [name, JSON.stringify(value)])
  const answer = await fetch(`${slack.apiUrl()}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb' },
    body: new URLSearchParams([['channel', CHANNEL], ...form]),
  })
  return ((await answer.json()) as { ts: string }).ts
}

const press = (ts: string, more = {}) =>
  slack.click({ channel: CHANNEL, ts, actionId: 'approve_action', userId: 'U0ANARUIZ0', ...more })

const lastPayload = () => JSON.parse(new URLSearchParams(received.at(-1)?.body).get('payload') ?? '')

async function respond(to: string, body: unknown): Promise<[number, unknown]> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(to, { method: 'POST', headers, body: JSON.stringify(body) })
  return [answer.status, await answer.json()]
}

test('a press is signed by the published v0 scheme', async () => {
  await press(await post(card))
  const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = received
  expect(path).toBe('/v1/webhooks/slack/interactions')
  expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
  const timestamp = headers['x-slack-request-timestamp']
  expect(timestamp).toBe('1700000000')
  const expected = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex')
  expect(headers['x-slack-signature']).toBe(`v0=${expected}`)
})

test('a press tells who, where, on which message and which button', async () => {
  const ts = await post(card)
  expect(await press(ts, { triggerId: 'trigger' })).toMatchObject({ status: 200, body: '' })
  expect(lastPayload()).toMatchObject({
    type: 'block_actions',
    user: { id: 'U0ANARUIZ0', username: 'ana.ruiz', team_id: 'T0SANDBOX0' },
    team: { id: 'T0SANDBOX0', domain: 'countersign-sandbox' },
    channel: { id: CHANNEL, name: 'approvals' },
    container: { type: 'message', message_ts: ts, channel_id: CHANNEL, is_ephemeral: false },
    message: { ts, blocks: [{ block_id: 'buttons' }] },
    trigger_id: 'trigger',
    response_url: expect.stringMatching(new RegExp(`^${url}/slack/respond/`)),
    actions: [{ action_id: 'approve_action', block_id: 'buttons', value: 'apr_1', type: 'button' }],
  })
})

test('a button inside a coloured attachment is found, and one that is gone is not', async () => {
  const ts = await post({ attachments: [{ color: '#ff0000', ...card }] })
  await press(ts)
  expect(lastPayload().container).toMatchObject({ type: 'message_attachment', attachment_id: 1 })
  await expect(press(ts, { actionId: 'deny_action' })).rejects.toThrow(NotOnTheCard)
  await expect(press('1.2')).rejects.toThrow(NotOnTheCard)
})

test('a response_url replaces the message, and whispers to the one who pressed', async () => {
  await press(await post(card))
  const { response_url: to } = lastPayload()
  expect(await respond(to, { text: 'only you' })).toEqual([200, { ok: true }])
  expect(slack.messages(CHANNEL)[1]).toMatchObject({ text: 'only you', ephemeralFor: 'U0ANARUIZ0' })
  await respond(to, { text: 'everybody', response_type: 'in_channel' })
  expect(slack.messages(CHANNEL)[2]?.ephemeralFor).toBeUndefined()
  await respond(to, { text: 'decided', replace_original: true })
  expect(slack.messages(CHANNEL)[0]).toMatchObject({ text: 'decided', blocks: [] })
  await respond(to, { delete_original: true })
  expect(slack.messages(CHANNEL).map(({ text }) => text)).toEqual(['only you', 'everybody'])
})

test('a response_url is good for five uses within thirty minutes', async () => {
  const ts = await post(card)
  await press(ts)
  const { response_url: often } = lastPayload()
  for (const use of [1, 2, 3, 4, 5])
    expect(await respond(often, { text: `${use}` })).toEqual([200, { ok: true }])
  expect(await respond(often, { text: '6' })).toEqual([404, { ok: false, error: 'used_url' }])
  await press(ts)
  const { response_url: late } = lastPayload()
  now += 30 * 60_000
  expect(await respond(late, { text: 'late' })).toEqual([404, { ok: false, error: 'expired_url' }])
})

test('a command is a signed form, and its answer is seen by who typed it', async () => {
  reply = { status: 200, type: 'application/json', body: JSON.stringify({ text: 'all is well' }) }
  await slack.command({ text: 'status', userId: 'U0BENOKAFO', channel: CHANNEL })
  expect(received[0]?.path).toBe('/v1/webhooks/slack/commands')
  expect(Object.fromEntries(new URLSearchParams(received[0]?.body))).toMatchObject({
    command: '/governance',
    text: 'status',
    user_id: 'U0BENOKAFO',
    channel_id: CHANNEL,
    team_id: 'T0SANDBOX0',
  })
  expect(slack.messages(CHANNEL)).toMatchObject([{ text: 'all is well', ephemeralFor: 'U0BENOKAFO' }])
})

test('a command that fails is reported by Slackbot', async () => {
  reply = { status: 500, type: 'text/plain', body: 'oops' }
  await slack.command({ text: 'status', userId: 'U0BENOKAFO', channel: CHANNEL })
  const [message] = slack.messages(CHANNEL)
  expect(message).toMatchObject({ user: 'USLACKBOT', ephemeralFor: 'U0BENOKAFO' })
  expect(message?.text).toBe('/governance failed with the error "dispatch_failed"')
})
