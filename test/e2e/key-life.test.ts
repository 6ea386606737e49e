// Shows that an API key is listed without being shown, replaced, and revoked for good.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'

interface Key {
  id: string
  key: string
}

describe.each(databases)('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let running: Running

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url })
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const make = async (wanted: Record<string, unknown>) =>
    (await running.call<Key>('POST', '/v1/api-keys', { body: { name: 'a key', ...wanted } })).body
  const ask = async (key: string) => (await running.ask({}, { key })).status

  test('the list names every key and shows none', async () => {
    const { id, key } = await make({ roles: ['agent'], agent_id: 'agent-1' })
    const { body } = await running.call<{ data: Record<string, unknown>[] }>('GET', '/v1/api-keys')
    expect(body.data.find((one) => one.id === id)).toMatchObject({
      name: 'a key',
      roles: ['agent'],
      agent_id: 'agent-1',
      revoked_at: null,
    })
    expect(JSON.stringify(body)).not.toContain(key.slice(4))
  })

  test('a rotated key is another key of the same owner; the old one works no more', async () => {
    const { id, key } = await make({ roles: ['agent'] })
    const { body: asked } = await running.ask({}, { key })
    const { status, body } = await running.call<Key>('POST', `/v1/api-keys/${id}/rotate`)
    expect(status).toBe(200)
    expect(await ask(key)).toBe(401)
    expect((await running.call('GET', `/v1/approvals/${asked.id}`, { key: body.key })).status).toBe(200)
  })

  test('a revoked key works no more and cannot be rotated; revoking again changes nothing', async () => {
    const { id, key } = await make({ roles: ['agent'] })
    expect((await running.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect((await running.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect(await ask(key)).toBe(401)
    expect((await running.call('POST', `/v1/api-keys/${id}/rotate`)).status).toBe(404)
    expect((await running.call('DELETE', '/v1/api-keys/key_nobody')).status).toBe(404)
  })

  test('a person with a second reviewer key goes on deciding when the first is revoked', async () => {
    const person = { name: 'Ana', email: 'ana@example.com' }
    const first = await make({ roles: ['reviewer'], person })
    const second = await make({ roles: ['reviewer'], person })
    await running.call('DELETE', `/v1/api-keys/${first.id}`)
    const { body: asked } = await running.ask()
    const decide = (key: string) =>
      running.call('POST', `/v1/approvals/${asked.id}/decision`, { key, body: { decision: 'deny' } })
    expect((await decide(first.key)).status).toBe(401)
    expect((await decide(second.key)).status).toBe(200)
  })
})
