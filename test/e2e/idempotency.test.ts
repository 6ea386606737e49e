// Proves that what is sent twice under one Idempotency-Key is done once, whatever the operation.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import type { Call } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const DAY_MS = 24 * 60 * 60 * 1000

interface Sent {
  path: string
  key: string
  body?: object
}

type Keys = Record<'agent' | 'otherAgent' | 'ana' | 'ben', string>

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let keys: Keys
  let count = 0
  /** Of this test alone. */
  let name: string

  beforeAll(async () => {
    const { key } = server.running
    keys = {
      agent: await key({ roles: ['agent'] }),
      otherAgent: await key({ roles: ['agent'] }),
      ana: await key(reviewer('Ana Ruiz')),
      ben: await key(reviewer('Ben Okafor')),
    }
    await server.running.destination()
  })
  beforeEach(() => {
    count += 1
    name = `key ${count}`
  })

  const send = <T = { id: string; code: string }>({ path, ...call }: Sent & Call, idempotencyKey = name) =>
    server.running.call<T>('POST', path, { ...call, headers: { 'idempotency-key': idempotencyKey } })
  const asking = (order: number) => ({
    agent: { id: 'agent-1' },
    action: { tool: 'stripe.refund', arguments: { order } },
  })
  const ask = async () => (await server.running.ask({}, { key: keys.agent })).body
  const incident = (summary: string) => ({ type: 'incident', agent: { id: 'agent-1' }, summary })
  async function tell(): Promise<EventView> {
    const call = { key: keys.agent, body: incident('alone') }
    const { body } = await server.running.call<{ data: EventView[] }>('POST', '/v1/events', call)
    return body.data[0] as EventView
  }
  /** Everything but refusals, and attempts to send, which the worker adds by itself. */
  const recorded = () =>
    select(
      server.databaseUrl,
      `select id from approvals union all select id from decisions union all select id from events
       union all select event_id from acknowledgements union all select id from audit
       where action != 'attempt.refused' union all select id from deliveries order by 1`,
    )

  /** Each with the same operation asked otherwise, and asked by another API key. */
  const OPERATIONS: [string, (keys: Keys) => Promise<{ sent: Sent; other: Sent; by: Sent }>][] = [
    [
      'requestApproval',
      async ({ agent, otherAgent }) => {
        const sent = { path: '/v1/approvals', key: agent, body: asking(1) }
        return { sent, other: { ...sent, body: asking(2) }, by: { ...sent, key: otherAgent } }
      },
    ],
    [
      'decideApproval',
      async ({ ana, ben }) => {
        const path = `/v1/approvals/${(await ask()).id}/decision`
        const sent = { path, key: ana, body: { decision: 'approve', note: 'seen' } }
        const elsewhere = `/v1/approvals/${(await ask()).id}/decision`
        const other = { ...sent, body: { decision: 'approve', note: 'seen again' } }
        return { sent, other, by: { ...sent, path: elsewhere, key: ben } }
      },
    ],
    [
      'withdrawApproval',
      async ({ agent, otherAgent }) => {
        const path = `/v1/approvals/${(await ask()).id}/withdraw`
        const sent = { path, key: agent, body: { reason: 'no longer' } }
        const theirs = await server.running.ask({}, { key: otherAgent })
        const by = { ...sent, path: `/v1/approvals/${theirs.body.id}/withdraw`, key: otherAgent }
        return { sent, other: { ...sent, body: { reason: 'another' } }, by }
      },
    ],
    [
      'emitEvents',
      async ({ agent, otherAgent }) => {
        const body = { events: [incident('first'), incident('second'), incident('third')] }
        const sent = { path: '/v1/events', key: agent, body }
        const other = { ...sent, body: { events: body.events.slice(1) } }
        return { sent, other, by: { ...sent, key: otherAgent } }
      },
    ],
    [
      'acknowledgeEvent',
      async ({ ana, ben }) => {
        const path = async () => `/v1/events/${(await tell()).id}/acknowledge`
        const sent = { path: await path(), key: ana }
        return { sent, other: { ...sent, path: await path() }, by: { path: await path(), key: ben } }
      },
    ],
  ]

  describe.each(OPERATIONS)('%s', (_operation, prepare) => {
    test('is answered alike when it is repeated, and nothing more is recorded or told', async () => {
      const { sent } = await prepare(keys)
      const first = await send(sent)
      expect(first.status).toBeLessThan(300)
      const before = await recorded()
      server.clock.advance(1_000)
      for (let times = 0; times < 2; times++) {
        expect(await send(sent)).toMatchObject({ status: 200, body: first.body })
      }
      expect(await recorded()).toEqual(before)
    })

    test('is refused when the key named another request of it', async () => {
      const { sent, other } = await prepare(keys)
      await send(sent)
      const before = await recorded()
      expect(await send(other)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
      expect(await recorded()).toEqual(before)
    })

    test('is another request under the same name of another API key', async () => {
      const { sent, by } = await prepare(keys)
      const [first, second] = [await send(sent), await send(by)]
      expect(second.status).toBe(first.status)
      expect(idsOf(second.body)).not.toEqual(idsOf(first.body))
    })
  })

  test('one key may name a request of each operation', async () => {
    const one = { key: keys.agent }
    const asked = await send({ ...one, path: '/v1/approvals', body: asking(7) })
    const told = await send({ ...one, path: '/v1/events', body: incident('seven') })
    const withdrawn = await send({ ...one, path: `/v1/approvals/${asked.body.id}/withdraw` })
    expect([asked.status, told.status, withdrawn.status]).toEqual([201, 201, 200])
  })

  test('events are told once, in the order in which they were sent, and shown as they stand now', async () => {
    const sent = { path: '/v1/events', key: keys.agent, body: { events: [incident('a'), incident('b')] } }
    const first = await send<{ data: EventView[] }>(sent)
    const [id, other] = first.body.data.map((event) => event.id)
    await server.running.call('POST', `/v1/events/${other}/acknowledge`, { key: keys.ana })
    const again = await send<{ data: EventView[] }>(sent)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body.data).toMatchObject([
      { id, summary: 'a', acknowledged: null },
      { id: other, summary: 'b', acknowledged: { by: 'Ana Ruiz' } },
    ])
    const deliveries = `select event_id from deliveries where event_id in ('${id}', '${other}')`
    expect(await select(server.databaseUrl, deliveries)).toHaveLength(2)
  })

  test('what was refused is not remembered: the key is free for another request', async () => {
    const { body: own } = await server.running.ask({ requested_by: { email: 'ana.ruiz@example.com' } })
    const decide = (id: string) =>
      send({ path: `/v1/approvals/${id}/decision`, key: keys.ana, body: { decision: 'approve' } })
    expect(await decide(own.id)).toMatchObject({ status: 403, body: { code: 'own_request' } })
    expect((await decide((await ask()).id)).status).toBe(200)
    const unknown = `/v1/approvals/${own.id.slice(0, -1)}z/withdraw`
    expect((await send({ path: unknown, key: keys.agent })).status).toBe(404)
    expect((await send({ path: `/v1/approvals/${(await ask()).id}/withdraw`, key: keys.agent })).status).toBe(
      200,
    )
  })

  test('what cannot be an id is not found, whatever its bytes', async () => {
    const { agent, ana: key } = keys
    const body = { decision: 'approve' }
    for (const id of ['%00', 'apr_%00', '%F0%9F%92%A9', 'x'.repeat(500)]) {
      expect(await send({ path: `/v1/approvals/${id}/withdraw`, key: agent })).toMatchObject({ status: 404 })
      expect(await send({ path: `/v1/approvals/${id}/decision`, key, body })).toMatchObject({ status: 404 })
      expect(await send({ path: `/v1/events/${id}/acknowledge`, key })).toMatchObject({ status: 404 })
    }
  })

  test('a vote is remembered under its key, and its repeat says how the approval stands', async () => {
    const asked = await ask()
    const sent = { path: `/v1/approvals/${asked.id}/decision`, key: keys.ana, body: { decision: 'deny' } }
    const first = await send<ApprovalView>(sent)
    expect(await send<ApprovalView>(sent)).toMatchObject({ status: 200, body: first.body })
    expect((await send(sent, 'another press')).status).toBe(409)
  })

  test('after 24 hours a key names nothing any more', async () => {
    const sent = { path: '/v1/events', key: keys.agent, body: incident('daily') }
    const first = await send<{ data: EventView[] }>(sent)
    server.clock.advance(DAY_MS)
    expect(await send(sent)).toMatchObject({ status: 200, body: { data: [{ id: first.body.data[0]?.id }] } })
    server.clock.advance(1)
    const later = await send<{ data: EventView[] }>({ ...sent, body: incident('another day') })
    expect(later.status).toBe(201)
    expect(later.body.data[0]?.id).not.toBe(first.body.data[0]?.id)
    // It names what it was used for last.
    expect((await send(sent)).status).toBe(422)
  })
})

function idsOf(body: object): unknown[] {
  const { id, data } = body as { id?: string; data?: { id: string }[] }
  return Array.isArray(data) ? data.map((event) => event.id) : [id]
}
