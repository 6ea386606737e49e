// Shows that an API key asks no more than its limits allow, hears when to come again, and holds up no other.

import { type ClientRequest, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const DEFAULTS = {
  requests_per_minute: 6000,
  events_per_minute: 6000,
  pending_approvals: 1000,
  concurrent_requests: 100,
  waits: 1000,
}

describe.each(databases)('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let running: Running
  const clock = manualClock()
  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock })
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  async function limited(limits: Partial<Record<keyof typeof DEFAULTS, number | null>>) {
    const body = { name: 'limited', roles: ['agent'] }
    const made = await running.call<{ id: string; key: string }>('POST', '/v1/api-keys', { body })
    const { id, key } = made.body
    const changed = await running.call('PATCH', `/v1/api-keys/${id}`, { body: { limits } })
    expect(changed).toMatchObject({ status: 200, body: { id, limits: { ...DEFAULTS, ...limits } } })
    return { id, key, ask: (wanted = {}) => running.ask(wanted, { key }) }
  }
  const refusal = ({ status, headers, body }: { status: number; headers: Headers; body: object }) => ({
    status,
    code: (body as { code?: string }).code,
    retryAfter: headers.get('retry-after'),
  })

  test('requests a minute', async () => {
    const { key, ask } = await limited({ requests_per_minute: 3 })
    for (let i = 0; i < 3; i++) expect((await ask({ metadata: { i } })).status).toBeLessThan(300)
    const list = await running.call('GET', '/v1/approvals', { key })
    expect(refusal(list)).toEqual({ status: 429, code: 'too_many_requests', retryAfter: '20' })
    expect((await running.ask()).status).toBeLessThan(300)
  })

  test('events a minute, each of a batch', async () => {
    const { key } = await limited({ events_per_minute: 5 })
    const tell = (count: number) =>
      running.call('POST', '/v1/events', {
        key,
        body: { events: Array.from({ length: count }, () => ({ type: 'incident', summary: 'x' })) },
      })
    expect((await tell(4)).status).toBe(201)
    expect(refusal(await tell(2))).toEqual({ status: 429, code: 'too_many_events', retryAfter: '12' })
    expect((await tell(1)).status).toBe(201)
  })

  test('pending approvals, of which a twin and a repeat are none', async () => {
    const { ask, key } = await limited({ pending_approvals: 2 })
    const first = await ask({ action: { tool: 'one' } })
    expect((await ask({ action: { tool: 'two' } })).status).toBe(201)
    const refused = await ask({ action: { tool: 'three' } })
    expect(refusal(refused)).toEqual({ status: 429, code: 'too_many_pending', retryAfter: '30' })
    expect(await ask({ action: { tool: 'one' } })).toMatchObject({ status: 200, body: { id: first.body.id } })
    await running.call('POST', `/v1/approvals/${first.body.id}/withdraw`, { key })
    expect((await ask({ action: { tool: 'three' } })).status).toBe(201)
  })

  test('waits, which are no concurrent requests', async () => {
    const { key, ask } = await limited({ waits: 1, concurrent_requests: 1 })
    const { body } = await ask()
    const wait = () => running.call('GET', `/v1/approvals/${body.id}?wait_seconds=30`, { key })
    const answers = Promise.race([wait(), wait()])
    expect(refusal(await answers)).toEqual({ status: 429, code: 'too_many_waits', retryAfter: '1' })
    // Who may not wait, or has no time to, is no wait.
    const others = [
      '/v1/approvals',
      `/v1/approvals/${body.id}?wait_seconds=00`,
      '/v1/approvals?wait_seconds=9',
    ]
    const statuses: number[] = []
    for (const path of others) statuses.push((await running.call('GET', path, { key })).status)
    expect(statuses).toEqual([200, 200, 400])
    await running.call('POST', `/v1/approvals/${body.id}/withdraw`, { key })
  })

  test('requests at the same moment, until one of them is over', async () => {
    const { key } = await limited({ concurrent_requests: 2 })
    const list = () => running.call('GET', '/v1/approvals', { key })
    // Two whose bodies do not come.
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': 9,
    }
    const slow: ClientRequest[] = []
    const open = (place: number) => {
      const one = request(`${running.url}/v1/approvals`, { method: 'POST', headers })
      slow[place] = one
      // Refused because a list was just being read: it takes the next place.
      one.on('error', () => {}).on('response', () => open(place))
      one.flushHeaders()
    }
    for (const place of [0, 1]) open(place)
    const refused = await eventually(async () => {
      const answer = await list()
      return answer.status === 429 ? answer : undefined
    })
    expect(refusal(refused)).toEqual({
      status: 429,
      code: 'too_many_concurrent_requests',
      retryAfter: '1',
    })
    slow[0]?.removeAllListeners('response').destroy()
    await eventually(async () => (await list()).status === 200)
    slow[1]?.removeAllListeners('response').destroy()
  })

  test('null takes the default back, and what is no limit is refused', async () => {
    const { id } = await limited({ waits: 7 })
    const change = (limits: unknown) => running.call('PATCH', `/v1/api-keys/${id}`, { body: { limits } })
    expect(await change({ waits: null })).toMatchObject({ status: 200, body: { limits: DEFAULTS } })
    for (const wrong of [{ waits: 0 }, { waits: 1.5 }, { waits: '5' }, { colour: 1 }, 5]) {
      expect((await change(wrong)).status).toBe(400)
    }
    const unknown = await running.call('PATCH', `/v1/api-keys/key_${'0'.repeat(26)}`, {
      body: { limits: {} },
    })
    expect(unknown.status).toBe(404)
  })
})
