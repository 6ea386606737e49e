// Shows that each destination hears what it asked for of an agent's events, and a test whatever it asked for.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { select } from '../fakes/peek.ts'
import { LETS_LOOPBACK, type Receiver, type Reply, startReceiver } from '../fakes/receiver.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { startTelegram, TELEGRAM_TOKEN, type TelegramServer } from '../fakes/telegram-server.ts'

const SETTINGS = '/v1/settings/notifications'
const GROUP = -4200000001

interface Answer {
  id: string
  code: string
  config: Record<string, unknown>
  data: { event_type: string }[]
  errors: { path: string }[]
}

const plain = (wanted: object) => ({ type: 'incident', agent: { id: 'agent-1' }, ...wanted })

describe.each(databases)('on $name', ({ create }) => {
  let telegram: TelegramServer
  const env: Record<string, string> = { ...LETS_LOOPBACK }
  beforeAll(async () => {
    telegram = await startTelegram(manualClock())
    env.TELEGRAM_API_URL = telegram.telegram.apiUrl()
  })
  const server = sharedServer(create, env)
  let receiver: Receiver
  let reply: Reply | undefined
  beforeAll(async () => {
    receiver = await startReceiver(({ path }) => (path === '/test' ? reply : undefined))
  })
  afterAll(() => Promise.all([receiver.close(), telegram.close()]))

  const call = (method: string, path: string, body?: unknown) =>
    server.running.call<Answer>(method, path, body === undefined ? {} : { body })
  const configure = (filters: object, path = '/some') =>
    call('POST', SETTINGS, {
      channel_type: 'webhook',
      name: 'A bridge',
      config: { url: receiver.url(path) },
      ...filters,
    })

  const TOLD = {
    violation: plain({ type: 'policy.violation', tool: 'slack.post_message' }),
    warning: plain({ type: 'policy.warning', tool: 'github.merge', agent: { id: 'agent-2' } }),
    budget: plain({ type: 'budget.exceeded', agent: undefined }),
    health: plain({ type: 'system.health', agent: { id: 'agent-2' } }),
  }
  const EVERY = Object.keys(TOLD) as (keyof typeof TOLD)[]
  const SEVERE: typeof EVERY = ['violation', 'budget']
  test.each<[object, object, typeof EVERY]>([
    [{}, { events: null, min_severity: 'info', tools: null }, EVERY],
    [{ tools: [], agents: [] }, { tools: null, agents: null }, EVERY],
    [{ events: ['policy.*'] }, {}, ['violation', 'warning']],
    [{ events: ['Policy.Warning'] }, { events: ['policy.warning'] }, ['warning']],
    [{ events: ['hitl.*', 'budget.exceeded'] }, { events: ['approval.*', 'budget.exceeded'] }, ['budget']],
    [{ events: ['budget.threshold_reached'] }, { events: ['budget.warning'] }, []],
    [{ events: ['ALL'], tools: ['All'], agents: ['*'] }, { events: null, tools: null, agents: null }, EVERY],
    [{ events: ['budget.*', '*'] }, { events: null }, EVERY],
    [
      { events: ['REQUIRE_APPROVAL', 'DENY', 'INCIDENT'] },
      {
        events: [
          'decision.require_approval',
          'approval.requested',
          'decision.deny',
          'approval.denied',
          'incident',
        ],
      },
      [],
    ],
    [
      { min_severity: 'HIGH', retry_policy: 'Prompt' },
      { min_severity: 'high', retry_policy: 'prompt' },
      SEVERE,
    ],
    [{ tools: ['Slack', 'GitHub'] }, {}, ['violation', 'warning']],
    [{ tools: ['slack.post'] }, {}, []],
    [{ min_severity: 'high' }, {}, SEVERE],
    [{ min_severity: 'warning' }, { min_severity: 'medium' }, ['violation', 'warning', 'budget']],
    [{ tools: ['slack.*'] }, { tools: ['slack.*'] }, ['violation']],
    [{ tools: ['slack.*', '*merge'] }, {}, ['violation', 'warning']],
    [{ agents: ['agent-2'] }, { agents: ['agent-2'] }, ['warning', 'health']],
    [{ agents: ['agent-2'], min_severity: 'medium', events: ['policy.*'] }, {}, ['warning']],
    [{ enabled: false }, { enabled: false }, []],
  ])('a destination with %j hears what it asked for', async (filters, shown, heard) => {
    const { status, body } = await configure(filters)
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...filters, ...shown })
    expect((await call('POST', '/v1/events', { events: Object.values(TOLD) })).status).toBe(201)
    const { body: page } = await call('GET', `/v1/deliveries?destination=${body.id}`)
    const types = page.data.map(({ event_type }) => event_type)
    expect(types.reverse()).toEqual(heard.map((name) => TOLD[name].type))
  })

  test.each([
    ['events', ['policy'], 'events.0'],
    ['events', ['nothing.*'], 'events.0'],
    ['events', [], 'events'],
    ['tools', [''], 'tools.0'],
    ['agents', [''], 'agents.0'],
    ['retry_policy', 'eager', 'retry_policy'],
  ])('a destination with the %s %j is refused', async (filter, value, path) => {
    const { status, body } = await configure({ [filter]: value })
    expect(status).toBe(400)
    expect(body.errors[0]?.path).toBe(path)
  })

  test('a test of a type is sent at once whatever the filters, and says what the provider said', async () => {
    const { id } = (await configure({ events: ['agent.registered'] }, '/test')).body
    const test = () =>
      call('POST', `${SETTINGS}/${id}/test`, { event: 'budget.threshold_reached', message: 'Is it on?' })
    const sent = await test()
    expect(sent.status).toBe(201)
    expect(sent.body).toMatchObject({ type: 'budget.warning', summary: 'Is it on?', data: { test: true } })
    expect(receiver.received).toContainEqual({ path: '/test', id: sent.body.id, type: 'budget.warning' })
    const sql = `select destination_id from deliveries where event_id = '${sent.body.id}'`
    expect(await select(server.databaseUrl, sql)).toEqual([{ destination_id: id }])
    for (const status of [500, 410]) {
      reply = { status }
      expect(await test()).toMatchObject({
        status: 502,
        body: { code: 'test_failed', error: `http_${status}` },
      })
    }
    expect((await test()).body.code).toBe('destination_disabled')
  })

  test('a group that became another chat is followed, also in what is configured', async () => {
    const wanted = { channel_type: 'telegram', name: 'On call', events: ['agent.blocked'] }
    const config = { bot_token: TELEGRAM_TOKEN, chat_id: String(GROUP) }
    const { id } = (await call('POST', SETTINGS, { ...wanted, config })).body
    const { id: chat } = telegram.telegram.upgrade(GROUP)
    await call('POST', '/v1/events', plain({ type: 'agent.blocked' }))
    await eventually(() => telegram.telegram.messages(chat).length === 1)
    await eventually(
      async () => (await call('GET', `${SETTINGS}/${id}`)).body.config.chat_id === String(chat),
    )
    server.clock.advance(60_000)
    await call('POST', '/v1/events', plain({ type: 'agent.blocked' }))
    await eventually(() => telegram.telegram.messages(chat).length === 2)
  })
})
