// Shows that the stand-in answers the Web API as Slack does, including when it refuses or fails.

import express from 'express'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSlackStandIn, type SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'

const CHANNEL = 'C0APPROVALS'
const app = express()
let slack: SlackStandIn
let url = ''
let close = () => {}

beforeAll(async () => {
  app.use((req, res, next) => slack.router(req, res, next))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  close = () => server.close()
})
afterAll(() => close())

beforeEach(() => {
  slack = createSlackStandIn({
    signingSecret: 'secret',
    botToken: 'xoxb-right',
    productUrl: () => 'http://127.0.0.1:1',
    selfUrl: () => url,
    clock: { now: () => 1_700_000_000_000 },
  })
})

function request(method: string, args: Record<string, unknown>, token = 'xoxb-right', signal?: AbortSignal) {
  const form = Object.entries(args).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return fetch(url + new URL(`${slack.apiUrl()}${method}`).pathname, {
    method: 'POST',
    headers: token ? { authorization: `Bearer ${token}` } : {},
    body: new URLSearchParams(form),
    signal: signal ?? null,
  })
}

async function call(method: string, args: Record<string, unknown> = {}, token?: string) {
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as a caller reads them
  return (await (await request(method, args, token)).json()) as any
}

const plain = (text: string) => ({ type: 'plain_text', text })
const button = (id: string, more = {}) => ({ type: 'button', action_id: id, text: plain('Go'), ...more })
const actions = (...elements: unknown[]) => ({ type: 'actions', elements })
const section = (text: string, more = {}) => ({ type: 'section', text: plain(text), ...more })
const richPart = (part: string, ...elements: unknown[]) => ({ type: `rich_text_${part}`, elements })
const richText = (...elements: unknown[]) => ({ type: 'rich_text', elements })
const words = (text: string, more = {}) => ({ type: 'text', text, ...more })
const rich = (text: string) => ({ ...richText(richPart('preformatted', words(text))), block_id: 'payload' })

describe('a message', () => {
  test('is posted with a timestamp of its own and names for what the app left unnamed', async () => {
    const first = await call('chat.postMessage', { channel: CHANNEL, text: 'one', blocks: [section('a')] })
    const second = await call('chat.postMessage', { channel: CHANNEL, text: 'two' })
    expect(first).toMatchObject({ ok: true, channel: CHANNEL, ts: '1700000000.000100' })
    expect(second.ts).toBe('1700000000.000200')
    expect(first.message.blocks[0].block_id).toMatch(/^.{5}$/)
    expect(slack.messages(CHANNEL).map(({ text }) => text)).toEqual(['one', 'two'])
    expect(slack.calls[0]?.args).toEqual({ channel: CHANNEL, text: 'one', blocks: [section('a')] })
  })

  test('loses its blocks when it is updated with text alone, and keeps its attachments', async () => {
    const attachments = [{ color: '#00ff00', blocks: [section('in colour')] }]
    const said = { channel: CHANNEL, text: 'before', blocks: [section('a')], attachments }
    const { ts } = await call('chat.postMessage', said)
    expect(await call('chat.update', { channel: CHANNEL, ts, text: 'after' })).toMatchObject({ ok: true, ts })
    expect(slack.messages(CHANNEL)[0]).toMatchObject({ text: 'after', blocks: [], edited: {} })
    expect(slack.messages(CHANNEL)[0]?.attachments).toHaveLength(1)
  })

  test('cannot turn its rich text into another kind of block', async () => {
    const { ts } = await call('chat.postMessage', { channel: CHANNEL, blocks: [rich('{}')] })
    const changed = { channel: CHANNEL, ts, blocks: [section('x', { block_id: 'payload' })] }
    expect(await call('chat.update', changed)).toMatchObject({ error: 'block_mismatch' })
    expect(await call('chat.update', { ...changed, blocks: [rich('[]')] })).toMatchObject({ ok: true })
  })

  test('keeps rich text with styles, quotes and lists, and a button beside a section', async () => {
    const item = richPart('section', words('item'))
    const blocks = [
      richText(
        richPart(
          'section',
          words('who', { style: { bold: true } }),
          words(' asks '),
          words('id', { style: { code: true } }),
        ),
        richPart('quote', words('said'), { type: 'link', url: 'https://example.com' }),
        { ...richPart('list', item, item), style: 'bullet' },
        richPart('preformatted', words('{}')),
      ),
      section('beside', { accessory: button('open', { url: 'https://example.com' }) }),
    ]
    const answer = await call('chat.postMessage', { channel: CHANNEL, blocks })
    expect(answer.message.blocks).toMatchObject(blocks)
  })

  test('for one person only cannot be updated', async () => {
    const said = { channel: CHANNEL, user: 'U0ANARUIZ0', text: 'psst' }
    const { message_ts: ts } = await call('chat.postEphemeral', said)
    expect(slack.messages(CHANNEL)[0]).toMatchObject({ ephemeralFor: 'U0ANARUIZ0' })
    const answer = await call('chat.update', { channel: CHANNEL, ts, text: 'louder' })
    expect(answer).toMatchObject({ error: 'cant_update_message' })
  })
})

describe('what Slack refuses', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => index)
  const confirm = { title: plain('t'), text: plain('t'), confirm: plain('y'), deny: plain('n') }
  test.each([
    ['51 blocks', many(51).map(() => ({ type: 'divider' }))],
    ['a section over 3000', [section('x'.repeat(3001))]],
    ['11 fields', [{ type: 'section', fields: many(11).map(() => plain('x')) }]],
    ['a field over 2000', [{ type: 'section', fields: [plain('x'.repeat(2001))] }]],
    ['a header over 150', [{ type: 'header', text: plain('x'.repeat(151)) }]],
    ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
    ['11 context elements', [{ type: 'context', elements: many(11).map(() => plain('x')) }]],
    ['26 actions', [actions(...many(26).map((index) => button(`b${index}`)))]],
    ['a button text over 75', [actions(button('a', { text: plain('x'.repeat(76)) }))]],
    ['a button value over 2000', [actions(button('a', { value: 'x'.repeat(2001) }))]],
    ['a button url over 3000', [actions(button('a', { url: `https://${'x'.repeat(3000)}` }))]],
    ['an action_id over 255', [actions(button('x'.repeat(256)))]],
    ['two equal action_ids in a block', [actions(button('a'), button('a'))]],
    ['two equal block_ids', [section('a', { block_id: 'b' }), section('c', { block_id: 'b' })]],
    [
      'a confirm title over 100',
      [actions(button('a', { confirm: { ...confirm, title: plain('x'.repeat(101)) } }))],
    ],
    [
      'a confirm text over 300',
      [actions(button('a', { confirm: { ...confirm, text: plain('x'.repeat(301)) } }))],
    ],
    [
      'a confirm button over 30',
      [actions(button('a', { confirm: { ...confirm, deny: plain('x'.repeat(31)) } }))],
    ],
    ['an empty text', [section('')]],
    ['an accessory without a text', [section('a', { accessory: { type: 'button', action_id: 'b' } })]],
    ['rich text without parts', [richText()]],
    ['rich text with an unknown part', [richText(richPart('table', words('a')))]],
    ['rich text with words outside a part', [richText(words('a'))]],
    ['an empty quote', [richText(richPart('quote'))]],
    ['empty words in rich text', [richText(richPart('section', words('')))]],
    ['words in rich text without a text', [richText(richPart('section', { type: 'text' }))]],
    ['mrkdwn in rich text', [richText(richPart('section', { type: 'mrkdwn', text: 'a' }))]],
    ['a style that rich text has not', [richText(richPart('section', words('a', { style: { red: true } })))]],
    ['a style that is no yes or no', [richText(richPart('section', words('a', { style: { bold: 1 } })))]],
    ['a person in preformatted text', [richText(richPart('preformatted', { type: 'user', user_id: 'U1' }))]],
    ['a list of bare words', [richText({ ...richPart('list', words('a')), style: 'bullet' })]],
    ['a list without bullets or numbers', [richText(richPart('list', richPart('section', words('a'))))]],
    ['an unknown block', [{ type: 'constructor' }]],
  ])('%s', async (_, blocks) => {
    const answer = await call('chat.postMessage', { channel: CHANNEL, blocks })
    expect(answer).toMatchObject({ ok: false, error: 'invalid_blocks' })
    expect(answer.response_metadata.messages[0]).toContain('[json-pointer:/blocks')
    const attached = await call('chat.postMessage', { channel: CHANNEL, attachments: [{ blocks }] })
    expect(attached).toMatchObject({ ok: false, error: 'invalid_attachments' })
    expect(slack.messages(CHANNEL)).toEqual([])
  })

  test.each([
    ['chat.postMessage', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: CHANNEL }, 'no_text'],
    ['chat.postMessage', { channel: CHANNEL, blocks: '[{' }, 'invalid_blocks_format'],
    ['chat.postMessage', { channel: CHANNEL, text: 'x'.repeat(40_001) }, 'msg_too_long'],
    [
      'chat.postMessage',
      { channel: CHANNEL, blocks: [1, 2, 3, 4, 5].map(() => section('x'.repeat(2900))) },
      'msg_blocks_too_long',
    ],
    ['chat.update', { channel: CHANNEL, ts: '1.2', text: 'x' }, 'message_not_found'],
    ['users.info', { user: 'U0NOBODY' }, 'user_not_found'],
    ['conversations.info', { channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['toString', {}, 'unknown_method'],
  ])('%s %#', async (method, args, error) => {
    expect(await call(method, args)).toMatchObject({ ok: false, error })
  })

  test('an update over 4000 characters', async () => {
    const { ts } = await call('chat.postMessage', { channel: CHANNEL, text: 'x' })
    const answer = await call('chat.update', { channel: CHANNEL, ts, text: 'x'.repeat(4001) })
    expect(answer).toMatchObject({ error: 'msg_too_long' })
  })

  test('no token, and a wrong one', async () => {
    expect(await call('auth.test', {}, '')).toMatchObject({ error: 'not_authed' })
    expect(await call('auth.test', {}, 'xoxb-wrong')).toMatchObject({ error: 'invalid_auth' })
    expect(await call('auth.test', { token: 'xoxb-right' }, '')).toMatchObject({
      ok: true,
      team_id: 'T0SANDBOX0',
    })
  })
})

test('e-mail addresses are in the profile only, and say who is a guest, gone or a bot', async () => {
  const { user } = await call('users.info', { user: 'U0ANARUIZ0' })
  expect(user).toMatchObject({ profile: { email: 'ana.ruiz@example.com' }, is_restricted: false })
  expect(user.email).toBeUndefined()
  expect(slack.workspace.users.filter((one) => one.is_restricted)).toHaveLength(1)
  expect(slack.workspace.users.filter((one) => one.deleted)).toHaveLength(1)
  expect(slack.workspace.users.filter((one) => one.is_bot)).toHaveLength(1)
})

describe('one person alone', () => {
  const tell = (channel: string) => call('chat.postMessage', { channel, text: 'for you' })
  const find = (email: string) => call('users.lookupByEmail', { email })

  test('is written to by their id, in a conversation of their own', async () => {
    expect(await tell('U0ANARUIZ0')).toMatchObject({ ok: true, channel: 'D0ANARUIZ0' })
    expect(slack.messages('D0ANARUIZ0').map(({ text }) => text)).toEqual(['for you'])
    expect(slack.messages(CHANNEL)).toEqual([])
  })

  test.each([
    ['U0COUNTER0', 'cannot_dm_bot'],
    ['U0GONE0000', 'channel_not_found'],
    ['U0NOBODY', 'channel_not_found'],
  ])('%s is not written to: %s', async (user, error) => {
    expect(await tell(user)).toMatchObject({ ok: false, error })
  })

  test('is found by an address, guests too, but not who is gone, nor without the scope', async () => {
    expect((await find('gil.guest@example.com')).user).toMatchObject({
      id: 'U0GUEST000',
      is_restricted: true,
    })
    expect(await find('gwen.gone@example.com')).toMatchObject({ error: 'users_not_found' })
    slack.grant('users:read.email', false)
    expect(await find('ana.ruiz@example.com')).toMatchObject({ error: 'missing_scope' })
  })
})

describe('a user group', () => {
  const list = (usergroup: string) => call('usergroups.users.list', { usergroup })

  test('lists who is in it, as it was set last', async () => {
    const [group] = slack.workspace.userGroups
    expect(await list(group?.id as string)).toEqual({ ok: true, users: group?.users })
    slack.setUserGroup({ id: 'S0NEW', handle: 'new', users: ['U1'] })
    expect(await list('S0NEW')).toEqual({ ok: true, users: ['U1'] })
    expect(await list('@new')).toEqual({ ok: false, error: 'no_such_subteam' })
  })

  test('is told to nobody without the scope, which is named', async () => {
    slack.grant('usergroups:read', false)
    expect(await list('S0PAYMENTS')).toMatchObject({ error: 'missing_scope', needed: 'usergroups:read' })
    slack.grant('usergroups:read', true)
    expect(await list('S0PAYMENTS')).toMatchObject({ ok: true })
  })
})

describe('an incoming webhook', () => {
  async function send(body: unknown, webhook = slack.webhookUrl(CHANNEL), type = 'application/json') {
    const answer = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
    return [answer.status, await answer.text()]
  }

  test('posts to its channel, and its message has no user and cannot be updated', async () => {
    expect(await send({ text: 'news', attachments: [{ color: '#000000', blocks: [section('x')] }] })).toEqual(
      [200, 'ok'],
    )
    const [{ ts, text, user } = { ts: '' }] = slack.messages(CHANNEL)
    expect([text, user]).toEqual(['news', ''])
    const update = await call('chat.update', { channel: CHANNEL, ts, text: 'changed' })
    expect(update.error).toBe('cant_update_message')
    expect(slack.calls[0]).toMatchObject({ method: 'webhook', args: { text: 'news' } })
  })

  test.each([
    [{}, 'no_text'],
    [{ blocks: 'none' }, 'invalid_blocks_format'],
    [{ blocks: [{ type: 'marquee' }] }, 'invalid_blocks'],
    [{ attachments: [{ blocks: [section('x'.repeat(3001))] }] }, 'invalid_attachments'],
  ])('refuses %j with one word', async (body, word) => {
    expect(await send(body)).toEqual([400, word])
    expect(slack.messages(CHANNEL)).toHaveLength(0)
  })

  test('is nobody’s without its token, and reads nothing but JSON', async () => {
    const webhook = slack.webhookUrl(CHANNEL)
    expect(await send({ text: 'x' }, webhook.replace(/\w+$/, 'guessed'))).toEqual([404, 'no_service'])
    expect(await send({ text: 'x' }, webhook, 'text/plain')).toEqual([400, 'invalid_payload'])
    expect(webhook).not.toBe(slack.webhookUrl('C0SECURITY'))
  })

  test('fails on demand in one word', async () => {
    slack.failNext({ method: 'webhook', status: 410, error: 'channel_is_archived' })
    expect(await send({ text: 'x' })).toEqual([410, 'channel_is_archived'])
  })
})

describe('a fault on demand', () => {
  const post = () => request('chat.postMessage', { channel: CHANNEL, text: 'x' })

  test('throttles with Retry-After, as often as asked', async () => {
    slack.failNext({ method: 'chat.postMessage', status: 429, retryAfterSeconds: 7, times: 2 })
    for (const _ of [1, 2]) {
      const answer = await post()
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
    }
    expect((await post()).status).toBe(200)
  })

  test('answers a Slack error or a server error', async () => {
    slack.failNext({ method: 'chat.postMessage', error: 'internal_error' })
    slack.failNext({ method: 'chat.postMessage', status: 500 })
    expect(await (await post()).json()).toEqual({ ok: false, error: 'internal_error' })
    expect((await post()).status).toBe(500)
    expect(slack.messages(CHANNEL)).toHaveLength(0)
  })

  test('cuts the connection before or after the message was stored', async () => {
    slack.failNext({ method: 'chat.postMessage', dropAfterPosting: false })
    await expect(post()).rejects.toThrow()
    expect(slack.messages(CHANNEL)).toHaveLength(0)
    slack.failNext({ method: 'chat.postMessage', dropAfterPosting: true })
    await expect(post()).rejects.toThrow()
    expect(slack.messages(CHANNEL)).toHaveLength(1)
  })

  test('hangs until it is released', async () => {
    const release = slack.failNext({ method: 'chat.postMessage', hang: true })
    const answer = post()
    await expect.poll(() => slack.calls.length).toBe(1)
    expect(slack.messages(CHANNEL)).toHaveLength(0)
    release()
    expect(await (await answer).json()).toMatchObject({ ok: true })
  })
})
