// Shows that admins see every delivery with its attempts, as long as the log is kept, and can send it again.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { select } from '../fakes/peek.ts'
import { LETS_LOOPBACK, type Reply, startReceiver } from '../fakes/receiver.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { startTelegram, TELEGRAM_TOKEN } from '../fakes/telegram-server.ts'

const PATH = '/v1/deliveries'
const SETTINGS = '/v1/settings/notifications'
const CHAT = 720000001

interface Delivery {
  id: string
  event_id: string
  event_type: string
  state: string
  attempts: number
  next_attempt_at: string | null
  last_error: string | null
  created_at: string
  finished_at: string | null
  log: { at: string; took_ms: number; code: string | null; excerpt: string | null }[]
}
interface Page {
  data: Delivery[]
  next_cursor: string | null
}

const replies = new Map<string, Reply>()
const receiver = await startReceiver(({ path }) => replies.get(path))
const { telegram, close } = await startTelegram(manualClock())
let places = 0
afterAll(() => Promise.all([receiver.close(), close()]))

describe.each(databases)('on $name', ({ create }) => {
  const env = { ...LETS_LOOPBACK, TELEGRAM_API_URL: telegram.apiUrl(), RETENTION_DAYS: '30' }
  const server = sharedServer(create, env)

  async function call<T>(method: string, path: string, body?: unknown) {
    return (await server.running.call<T>(method, path, body === undefined ? {} : { body })).body
  }
  const destination = async (wanted: object) =>
    (await call<{ id: string }>('POST', SETTINGS, { name: 'A place', ...wanted })).id
  async function webhook(wanted: object = {}) {
    const path = `/${++places}`
    const id = await destination({ channel_type: 'webhook', config: { url: receiver.url(path) }, ...wanted })
    return { id, path }
  }
  const chat = () =>
    destination({ channel_type: 'telegram', config: { bot_token: TELEGRAM_TOKEN, chat_id: String(CHAT) } })
  const tell = (...types: string[]) => call('POST', '/v1/events', { events: types.map((type) => ({ type })) })
  const list = (query: string) => call<Page>('GET', `${PATH}?${query}`)
  const read = (id: string) => call<Delivery>('GET', `${PATH}/${id}`)
  const newest = async (place: string) => (await list(`destination=${place}`)).data[0] as Delivery
  /** The newest delivery there, once it is so. */
  const once = (place: string, is: (delivery: Delivery) => boolean) =>
    eventually(async () => {
      const delivery = await newest(place)
      return delivery && is(delivery) ? delivery : undefined
    })
  const ended = (place: string) => once(place, ({ finished_at }) => finished_at !== null)
  const off = (id: string) => call('PATCH', `${SETTINGS}/${id}`, { enabled: false })
  const reached = (path: string) => receiver.received.filter((request) => request.path === path)

  /** Dead at once, because the chat takes no such message. */
  async function dead(): Promise<{ place: string; delivery: Delivery }> {
    server.clock.advance(5_000)
    const place = await chat()
    telegram.failNext({ method: 'sendMessage', status: 400, description: 'Bad Request: message is too long' })
    await tell('incident')
    return { place, delivery: await ended(place) }
  }

  describe('the list', () => {
    let place: { id: string; path: string }
    let from: string
    let before: string
    beforeAll(async () => {
      place = await webhook()
      await tell('incident')
      server.clock.advance(1_000)
      from = new Date(server.clock.now()).toISOString()
      await tell('budget.exceeded', 'policy.warning')
      server.clock.advance(1_000)
      before = new Date(server.clock.now()).toISOString()
      await tell('agent.blocked')
      await eventually(() => reached(place.path).length === 4)
      await ended(place.id)
      replies.set(place.path, { status: 500 })
      await tell('agent.blocked')
      await once(place.id, ({ attempts }) => attempts === 1)
      await off(place.id)
    })
    const types = async (query: string) =>
      (await list(`destination=${place.id}&${query}`)).data.map(({ event_type }) => event_type)

    test('holds what was sent and what waits, the newest first', async () => {
      const all = ['agent.blocked', 'agent.blocked', 'policy.warning', 'budget.exceeded', 'incident']
      expect(await types('')).toEqual(all)
      const [waiting, sent] = (await list(`destination=${place.id}`)).data
      expect(waiting).toMatchObject({
        state: 'pending',
        attempts: 1,
        last_error: 'http_500',
        finished_at: null,
      })
      expect(Date.parse(waiting?.next_attempt_at ?? '')).toBeGreaterThan(server.clock.now() + 47_000)
      expect(sent).toMatchObject({ state: 'delivered', attempts: 1, last_error: null, next_attempt_at: null })
    })

    test.each([
      ['state=pending', () => '', ['agent.blocked']],
      ['event_type=budget.threshold_reached', () => '', []],
      ['event_type=Budget.Exceeded', () => '', ['budget.exceeded']],
      ['created_from=', () => from, ['agent.blocked', 'agent.blocked', 'policy.warning', 'budget.exceeded']],
      ['created_before=', () => from, ['incident']],
      ['event_type=agent.blocked&created_before=', () => before, []],
    ])('is filtered by %s', async (query, time, found) => {
      expect(await types(query + encodeURIComponent(time()))).toEqual(found)
    })

    test('goes on where the page before ended, also while more comes in', async () => {
      const whole = (await list(`destination=${place.id}`)).data
      const first = await list(`destination=${place.id}&limit=2`)
      const second = await list(`destination=${place.id}&limit=3&cursor=${first.next_cursor}`)
      expect([...first.data, ...second.data]).toEqual(whole)
      expect(second.next_cursor).toBeNull()
    })

    test.each(['state=gone', 'event_type=nothing', 'cursor=x', 'created_from=now', 'destinaton=x'])(
      'with %s is refused',
      async (query) => expect(await list(query)).toMatchObject({ code: 'invalid_request' }),
    )
  })

  test('one delivery is shown with each of its attempts, and what a webhook answered is not kept', async () => {
    const { id, path } = await webhook()
    replies.set(path, { status: 503 })
    await tell('incident')
    const failed = await once(id, ({ attempts }) => attempts === 1)
    replies.delete(path)
    const at = new Date(server.clock.now()).toISOString()
    server.clock.advance(73_000)
    await ended(id)
    const delivery = await read(failed.id)
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 2, last_error: null })
    expect(delivery.log).toEqual([
      { at, took_ms: expect.any(Number), code: 'http_503', excerpt: null },
      { at: delivery.finished_at, took_ms: expect.any(Number), code: null, excerpt: null },
    ])
  })

  test('of a chat platform it is shown what was said', async () => {
    const { place, delivery } = await dead()
    expect(delivery).toMatchObject({ state: 'dead', attempts: 1 })
    const { log } = await read(delivery.id)
    expect(log).toMatchObject([{ code: delivery.last_error, excerpt: expect.stringContaining('too long') }])
    await off(place)
  })

  test('a dead delivery that is replayed reaches the platform again, with the same event', async () => {
    const { place, delivery } = await dead()
    server.clock.advance(5_000)
    const due = await call<Delivery>('POST', `${PATH}/${delivery.id}/replay`)
    expect(due).toMatchObject({ id: delivery.id, finished_at: null, last_error: null })
    expect(await ended(place)).toMatchObject({ id: delivery.id, state: 'delivered', attempts: 1 })
    expect((await read(delivery.id)).log).toHaveLength(2)
    expect(JSON.stringify(telegram.messages(CHAT).at(-1))).toContain(delivery.event_id)
    await off(place)
  })

  test('a range that is replayed reaches the platform again, and nothing else does', async () => {
    const { id, path } = await webhook()
    await tell('incident', 'incident', 'agent.blocked')
    await eventually(() => reached(path).length === 3)
    await eventually(async () => (await list(`destination=${id}&state=delivered`)).data.length === 3)
    const wanted = { destination: id, event_type: 'incident' }
    expect(await call('POST', `${PATH}/replay`, wanted)).toEqual({ replayed: 0 })
    expect(await call('POST', `${PATH}/replay`, { ...wanted, state: 'delivered' })).toEqual({ replayed: 2 })
    await eventually(() => reached(path).length === 5)
    const [one, two, , ...again] = reached(path).map((request) => request.id)
    expect(again.sort()).toEqual([one, two].sort())
  })

  test('a pending delivery that is replayed stays as it is', async () => {
    const { id, path } = await webhook()
    replies.set(path, { status: 500 })
    await tell('incident')
    const before = await once(id, ({ attempts }) => attempts === 1)
    expect(await call('POST', `${PATH}/${before.id}/replay`)).toEqual(before)
    expect(await call('POST', `${PATH}/replay`, { state: 'pending' })).toMatchObject({
      code: 'invalid_request',
    })
    await off(id)
  })

  test('nothing is sent again to a destination that was deleted', async () => {
    const { id, path } = await webhook()
    await tell('incident')
    const before = await ended(id)
    await call('DELETE', `${SETTINGS}/${id}`)
    expect(await call('POST', `${PATH}/replay`, { destination: id, state: 'delivered' })).toEqual({
      replayed: 0,
    })
    expect(await call('POST', `${PATH}/${before.id}/replay`)).toEqual(before)
    expect(reached(path)).toHaveLength(1)
  })

  test('only admins see and replay them', async () => {
    for (const roles of [{ roles: ['agent'] }, { roles: ['auditor'] }, reviewer('Rita')]) {
      const key = await server.running.key(roles)
      for (const [method, path] of [
        ['GET', PATH],
        ['GET', `${PATH}/dlv_00000000000000000000000000`],
        ['POST', `${PATH}/dlv_00000000000000000000000000/replay`],
        ['POST', `${PATH}/replay`],
      ] as const) {
        expect(
          (await server.running.call(method, path, { key, ...(method === 'POST' && { body: {} }) })).status,
        ).toBe(403)
      }
    }
    expect(await read('dlv_00000000000000000000000000')).toMatchObject({ code: 'not_found' })
  })

  test('what ended is forgotten after its time, with its attempts; what waits or is still open is not', async () => {
    const { id } = await webhook({ min_severity: 'low' })
    const { body: approval } = await server.running.ask({ expires_in_seconds: 7 * 24 * 3600 })
    await tell('incident')
    const old = await ended(id)
    const { id: broken, path } = await webhook()
    replies.set(path, { status: 500 })
    await tell('incident')
    await once(broken, ({ attempts }) => attempts === 1)
    await off(broken)
    server.clock.advance(30 * 86_400_000)
    expect((await read(old.id)).state).toBe('delivered')
    server.clock.advance(1)
    await eventually(async () => (await read(old.id)).state === undefined)
    const sql = `select count(*) as n from delivery_attempts where delivery_id = '${old.id}'`
    expect(Number((await select(server.databaseUrl, sql))[0]?.n)).toBe(0)
    expect(await newest(broken)).toMatchObject({ state: 'pending' })
    const page = await list(`destination=${id}&event_type=approval.requested`)
    expect(page.data).toMatchObject([{ approval_id: approval.id, state: 'delivered' }])
  })
})
