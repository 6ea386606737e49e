// Shows that API keys are made over HTTP by an admin, shown once, and kept only as a hash.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { everythingIn, recorded, select } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

interface Made {
  id: string
  name: string
  roles: string[]
  key: string
}

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)

  const post = (body: unknown, key?: string) =>
    server.running.call<Made>('POST', '/v1/api-keys', { body, ...(key && { key }) })

  test('the answer is id, name, roles and the key, and the key works', async () => {
    const { status, body } = await post({ name: 'refund-agent', roles: ['agent'], agent_id: 'agent-123' })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{26}$/),
      name: 'refund-agent',
      roles: ['agent'],
      key: expect.stringMatching(/^csk_[\w-]{43}$/),
    })
    const { status: asked } = await server.running.ask({ agent: { id: 'agent-123' } }, { key: body.key })
    expect(asked).toBe(201)
  })

  test('only its hash is kept, and no other answer holds the key', async () => {
    const { body } = await post({ name: 'A key to find', roles: ['agent'] })
    const kept = await everythingIn(server.databaseUrl)
    expect(kept).toContain('A key to find')
    expect(kept).not.toContain(body.key)
    expect(kept).not.toContain(body.key.slice('csk_'.length))
    const rows = await select(server.databaseUrl, `select key_hash from api_keys where id = '${body.id}'`)
    expect(rows).toEqual([{ key_hash: createHash('sha256').update(body.key).digest('hex') }])
    const { body: list } = await server.running.call('GET', '/v1/api-keys')
    expect(JSON.stringify(list)).not.toContain(body.key)
    const { status } = await server.running.call('GET', '/v1/api-keys', { key: String(rows[0]?.key_hash) })
    expect(status).toBe(401)
  })

  test('no two keys are the same', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => post({ name: 'n', roles: ['agent'] })))
    expect(new Set(made.map(({ body }) => body.key)).size).toBe(20)
  })

  test.each([
    ['agent', { roles: ['agent'] }],
    ['auditor', { roles: ['auditor'] }],
    ['reviewer', reviewer('Rita')],
  ])('a key with the role %s makes none', async (_role, wanted) => {
    const key = await server.running.key(wanted)
    const before = await recorded(server.databaseUrl)
    expect((await post({ name: 'n', roles: ['admin'] }, key)).status).toBe(403)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test('an admin key that an admin made is an admin, asks and reads, and decides nothing', async () => {
    const key = await server.running.key({ roles: ['admin'] })
    expect((await post({ name: 'n', roles: ['agent'] }, key)).status).toBe(201)
    const { body } = await server.running.ask({}, { key })
    const path = `/v1/approvals/${body.id}`
    expect((await server.running.call('GET', path, { key })).status).toBe(200)
    const decision = { key, body: { decision: 'approve' } }
    expect((await server.running.call('POST', `${path}/decision`, decision)).status).toBe(403)
  })

  const person = { name: 'Ana', email: 'ana@example.com' }
  test.each([
    [{ roles: ['agent'] }, 'name'],
    [{ name: 'n' }, 'roles'],
    [{ name: 'n', roles: [] }, 'roles'],
    [{ name: 'n', roles: ['owner'] }, 'roles.0'],
    [{ name: 'n', roles: ['agent'], scope: 'x' }, 'scope'],
    [{ name: 'n\0', roles: ['agent'] }, 'name'],
    [{ name: 'n', roles: ['reviewer'] }, 'person'],
    [{ name: 'n', roles: ['agent'], person }, 'person'],
    [{ name: 'n', roles: ['reviewer'], person: { name: 'A', email: 'a' } }, 'person.email'],
    [{ name: 'n', roles: ['auditor'], agent_id: 'a' }, 'agent_id'],
    [{ name: 'n', roles: ['agent'], agent_id: 'refund-agent ' }, 'agent_id'],
    [{ name: 'n', roles: ['agent'], agent_id: '' }, 'agent_id'],
  ])('%j is refused for its %s', async (body, path) => {
    const { status, body: problem } = await post(body)
    expect(status).toBe(400)
    expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ path }] })
  })

  test.each([
    [{ name: 'n', roles: ['reviewer'] }, 'A reviewer key names the person whose vote it casts'],
    [{ name: 'n', roles: ['agent'], person }, 'Only a reviewer key names a person'],
    [{ name: 'n', roles: ['auditor'], agent_id: 'a' }, 'Only an agent key is bound to an agent'],
  ])('%j is told: %s', async (body, detail) => {
    expect((await post(body)).body).toMatchObject({ detail })
  })
})
