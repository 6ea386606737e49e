// Shows that over HTTP an agent sees its own approvals, and reviewers, auditors and admins see all of them.

import { beforeAll, describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let agent: string
  let path: string

  const status = async (method: string, at: string, key: string) =>
    (await server.running.call(method, at, { key })).status

  beforeAll(async () => {
    agent = await server.running.key({ roles: ['agent'] })
    const { body } = await server.running.ask({}, { key: agent })
    path = `/v1/approvals/${body.id}`
  })

  test('the key that asked reads it; another agent is told what it would be told of no approval', async () => {
    const other = await server.running.key({ roles: ['agent'] })
    expect(await status('GET', path, agent)).toBe(200)
    const strange = await server.running.call('GET', path, { key: other })
    const id = 'apr_01hzzzzzzzzzzzzzzzzzzzzzzz'
    const none = await server.running.call('GET', `/v1/approvals/${id}`, { key: other })
    expect(strange.status).toBe(404)
    const detail = `There is no approval ${path.split('/').at(-1)}`
    expect(strange.body).toEqual({ ...none.body, detail })
    expect(none.body).toMatchObject({ code: 'approval_not_found', detail: `There is no approval ${id}` })
  })

  test('a stranger does not wait for an approval that it may not see', async () => {
    const other = await server.running.key({ roles: ['agent'] })
    const startedMs = performance.now()
    expect(await status('GET', `${path}?wait_seconds=30`, other)).toBe(404)
    expect(performance.now() - startedMs).toBeLessThan(5_000)
  })

  test('another agent cannot withdraw it, and it stays pending', async () => {
    const other = await server.running.key({ roles: ['agent'] })
    expect(await status('POST', `${path}/withdraw`, other)).toBe(404)
    expect((await server.running.call('GET', path)).body).toMatchObject({ status: 'pending' })
  })

  test.each([
    ['reviewer', reviewer('Rita')],
    ['auditor', { roles: ['auditor'] }],
    ['admin', { roles: ['admin'] }],
  ])('a key with the role %s reads what an agent asked', async (_role, wanted) => {
    expect(await status('GET', path, await server.running.key(wanted))).toBe(200)
  })

  test.each([
    ['reviewer', reviewer('Rita')],
    ['auditor', { roles: ['auditor'] }],
  ])('a key with the role %s asks and withdraws nothing', async (_role, wanted) => {
    const key = await server.running.key(wanted)
    const { status: asked, body } = await server.running.ask({}, { key })
    expect([asked, body]).toMatchObject([403, { code: 'forbidden' }])
    expect(await status('POST', `${path}/withdraw`, key)).toBe(403)
  })

  test("an admin withdraws an agent's approval", async () => {
    const { body } = await server.running.ask({}, { key: agent })
    const { status: withdrawn } = await server.running.call('POST', `/v1/approvals/${body.id}/withdraw`)
    expect(withdrawn).toBe(200)
  })

  test('a key that is bound to one agent asks for that one alone', async () => {
    const key = await server.running.key({ roles: ['agent'], agent_id: 'agent-7' })
    expect((await server.running.ask({ agent: { id: 'agent-7' } }, { key })).status).toBe(201)
    const { status: other, body } = await server.running.ask({ agent: { id: 'agent-8' } }, { key })
    expect(other).toBe(403)
    expect(body).toMatchObject({ code: 'agent_mismatch', detail: expect.stringContaining('agent-7') })
  })

  test.each([
    ['no key', undefined],
    ['a key that nobody made', 'Bearer csk_nobody'],
    ['another scheme', 'Basic YTpi'],
    ['an empty key', 'Bearer '],
    ['a key with a blank', 'Bearer a b'],
    ['a key longer than any', `Bearer ${'x'.repeat(2000)}`],
  ])('%s is a 401 that says what is needed', async (_what, authorization) => {
    const answer = await fetch(server.running.url + path, {
      headers: authorization === undefined ? {} : { authorization },
    })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(await answer.json()).toMatchObject({ code: 'unauthorized', title: 'Unauthorized' })
  })
})
