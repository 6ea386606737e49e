// Shows that the tour can begin again at any time, and that one more place can hear without an admin's key.

import { expect, test } from 'vitest'
import { JSON_HEADERS, sandboxServer } from '../fakes/sandbox-server.ts'

const served = sandboxServer()
const { start, stop, snapshot, act } = served
const DESTINATIONS = '/v1/settings/notifications'
const ask = { kind: 'refund', expires_in_seconds: 60 }

/** Calls Slack's Web API as the product does. */
async function slack(method: string, form: Record<string, string>): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${served.sandbox.connections.slack.botToken}` }
  const body = new URLSearchParams({ channel: 'C0APPROVALS', ...form })
  const url = `http://127.0.0.1:${served.port}/sandbox/slack/api/${method}`
  return (await fetch(url, { method: 'POST', headers, body })).json() as Promise<Record<string, unknown>>
}

/** In all four places; returns what Slack calls the message. */
async function tell(text: string): Promise<string> {
  const configs = served.product.postedTo(DESTINATIONS).map(({ config }) => config)
  const { webhook_url, bot_token, chat_id } = Object.assign({}, ...configs)
  const post = (path: string, body: object) =>
    fetch(`http://127.0.0.1:${served.port}${path}`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify(body),
    })
  await post(new URL(webhook_url).pathname, { content: text })
  await post(`/sandbox/telegram/bot${bot_token}/sendMessage`, { chat_id, text })
  const { teams, people } = await snapshot()
  await act('teams-message', { conversation_id: teams.channel.id, user_id: people[0]?.teamsId, text })
  return String((await slack('chat.postMessage', { text })).ts)
}

async function said(): Promise<string[]> {
  const { slack, teams, discord, telegram } = await snapshot()
  const texts = [slack, teams, telegram].flatMap(({ messages }) => messages.map(({ text }) => text))
  return [...texts, ...discord.messages.map(({ content }) => content)]
}

const waiting = () => expect.poll(async () => (await snapshot()).runs[0]?.status).toBe('waiting')

test('it begins again with nothing said and nothing asked for, now and after a restart', async () => {
  await served.sandbox.ready()
  await tell('before')
  await act('ask', ask)
  await waiting()
  expect(await act('begin-again')).toEqual([200, {}])
  expect(await said()).toEqual([])
  expect(await snapshot()).toMatchObject({ tour: 1, runs: [] })
  await expect.poll(() => served.product.postedTo('/v1/approvals/apr_1/withdraw')).toEqual([{}])

  await stop()
  await start()
  await served.sandbox.ready()
  expect(await said()).toEqual([])
  expect(await snapshot()).toMatchObject({ tour: 1, runs: [] })
  await tell('after')
  expect(await said()).toEqual(Array(4).fill('after'))
  expect(await act('begin-again')).toEqual([200, {}])
  expect(await said()).toEqual([])
  expect(served.product.postedTo('/v1/approvals/apr_1/withdraw')).toHaveLength(1)
})

test('what the product still says of an earlier card finds it, and stays out of sight', async () => {
  await served.sandbox.ready()
  const ts = await tell('before')
  await act('begin-again')
  expect(await slack('chat.update', { ts, text: 'withdrawn' })).toMatchObject({ ok: true })
  expect(await said()).toEqual([])
})

test('a click on a card of the tour before comes too late', async () => {
  await served.sandbox.ready()
  const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }
  const blocks = JSON.stringify([{ type: 'actions', elements: [button] }])
  const { ts } = await slack('chat.postMessage', { blocks, text: 'card' })
  const click = { channel: 'C0APPROVALS', ts, action_id: 'go', user_id: 'U0ANARUIZ0' }
  expect((await act('slack-click', click))[0]).toBe(200)
  await act('begin-again')
  expect(await act('slack-click', click)).toEqual([409, { detail: expect.stringContaining('no longer') }])
})

test('it begins again before it has begun, and twice at once', async () => {
  expect(await act('begin-again')).toEqual([200, {}])
  await served.sandbox.ready()
  expect(await Promise.all([act('begin-again'), act('begin-again')])).toEqual([
    [200, {}],
    [200, {}],
  ])
  expect(await snapshot()).toMatchObject({ tour: 3, ready: true })
})

test('what a restart keeps from being withdrawn is withdrawn after it', async () => {
  await served.sandbox.ready()
  await act('ask', ask)
  await waiting()
  served.rewrite = (path) => (path.endsWith('/withdraw') ? '/unavailable' : path)
  await act('begin-again')
  await stop()
  served.rewrite = (path) => path
  expect(served.product.postedTo('/v1/approvals/apr_1/withdraw')).toEqual([])
  await start()
  await served.sandbox.ready()
  await expect.poll(() => served.product.postedTo('/v1/approvals/apr_1/withdraw')).toEqual([{}])
  expect((await snapshot()).runs).toEqual([])
})

test('a second channel hears once somebody wants it, once, until the tour begins again', async () => {
  await served.sandbox.ready()
  const hears = async () => (await snapshot()).slack.channels.map((channel) => channel.hears)
  const added = () => served.product.postedTo(DESTINATIONS).slice(4)
  expect(await hears()).toEqual([true, false])
  const presses = await Promise.all([1, 2].map(() => act('hear-in', { channel: 'C0SECURITY' })))
  expect(presses).toEqual([
    [200, {}],
    [200, {}],
  ])
  expect(added()).toMatchObject([{ channel_type: 'slack', config: { channel_id: 'C0SECURITY' } }])
  expect(await hears()).toEqual([true, true])
  await stop()
  await start()
  await served.sandbox.ready()
  expect(await hears()).toEqual([true, true])
  await act('begin-again')
  expect(await hears()).toEqual([true, false])
  expect([...served.product.removed]).toEqual(['dst_4'])
  expect(await act('hear-in', { channel: 'C0NOWHERE' })).toEqual([502, { detail: expect.any(String) }])
})

test('who writes in Microsoft’s Agents Playground hears from then on what is asked', async () => {
  await served.sandbox.ready()
  const write = (type: string, id: string) =>
    act('teams/playground/messages', {
      type,
      serviceUrl: 'http://127.0.0.1:56150/_connector',
      conversation: { id, tenantId: '1' },
    }).catch(() => undefined)
  await write('conversationUpdate', 'not-yet')
  for (const id of ['chat', 'chat', '19:team@thread.tacv2;messageid=1']) await write('message', id)
  await expect
    .poll(() => served.product.postedTo(DESTINATIONS).slice(4))
    .toMatchObject([
      { channel_type: 'teams', config: { conversation_id: 'chat' } },
      { channel_type: 'teams', config: { conversation_id: '19:team@thread.tacv2' } },
    ])
})
