// Shows what an agent gets that asks over HTTP: the documented shape, its twin, or what its Idempotency-Key named.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const DAY_MS = 24 * 60 * 60 * 1000

interface Problem {
  code: string
  detail: string
}

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let key: string
  let judge: string

  beforeAll(async () => {
    key = await server.running.key({ roles: ['agent'] })
    judge = await server.running.key(reviewer('Ana Ruiz'))
  })

  let asked = 0
  const different = () => {
    asked += 1
    return { agent: { id: 'a' }, action: { tool: 't', arguments: { n: asked } } }
  }
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    server.running.call<ApprovalView>('POST', '/v1/approvals', { key, body, headers })
  const refusedPost = (body: unknown, headers: Record<string, string>) =>
    server.running.call<Problem>('POST', '/v1/approvals', { key, body, headers })

  test('a full request is answered 201 with everything that is documented', async () => {
    const body = {
      agent: { id: 'agent-123', name: 'production-langgraph' },
      action: {
        tool: 'slack.post_message',
        summary: 'Post the weekly numbers to #sales',
        arguments: { channel: '#sales', text: 'ä€😀', nested: [1, 2.5, null, true, { 'a\0b': -0.1 }] },
        environment: 'production',
      },
      reasons: ['PII_EGRESS'],
      risk: { score: 0.71, level: 'critical' },
      requested_by: { email: 'Ana@Example.com' },
      expires_in_seconds: 120,
      metadata: { session_id: 'sess-abc' },
    }
    const { status, headers, body: view } = await post(body)
    expect(status).toBe(201)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(view).toMatchObject({
      id: expect.stringMatching(/^apr_[0-9a-z]{26}$/),
      status: 'pending',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      url: `${server.running.url}/approvals/${view.id}`,
      agent: body.agent,
      action: body.action,
      reasons: ['PII_EGRESS'],
      risk: { score: 0.71, level: 'critical' },
      requested_by: { email: 'ana@example.com' },
      metadata: { session_id: 'sess-abc' },
      created_at: new Date(server.clock.now()).toISOString(),
      expires_at: new Date(server.clock.now() + 120_000).toISOString(),
      closed_at: null,
      decisions: [],
      review_notes: null,
    })
    expect((await server.running.call('GET', `/v1/approvals/${view.id}`, { key })).body).toEqual(view)
  })

  test('what was left out falls back: name to id, summary to tool, risk to medium, an hour to decide', async () => {
    const { body: view } = await post({ agent: { id: 'bare' }, action: { tool: 'db.drop' } })
    expect(view).toMatchObject({
      agent: { id: 'bare', name: 'bare' },
      action: { tool: 'db.drop', summary: 'db.drop', arguments: {}, environment: null },
      reasons: [],
      risk: { level: 'medium', score: null },
      requested_by: null,
      metadata: {},
      expires_at: new Date(server.clock.now() + 3_600_000).toISOString(),
    })
  })

  test.each([
    [{ score: 1 }, 'critical'],
    [{ score: 0.9 }, 'critical'],
    [{ score: 0.899 }, 'high'],
    [{ score: 0.7 }, 'high'],
    [{ score: 0.699 }, 'medium'],
    [{ score: 0.4 }, 'medium'],
    [{ score: 0.399 }, 'low'],
    [{ score: 0 }, 'low'],
    [{ score: 0.99, level: 'info' }, 'critical'],
    [{ score: 0.3, level: 'info' }, 'info'],
    [{ level: 'warning' }, 'medium'],
    [{ level: 'medium-high' }, 'medium'],
  ])('the risk %j is %s', async (risk, level) => {
    const { status, body } = await post({ ...different(), risk })
    expect([status, body.risk.level]).toEqual([201, level])
  })

  test('a pending twin answers 200, and there is no second approval', async () => {
    const body = { agent: { id: 'twin' }, action: { tool: 't', arguments: { a: 1, b: 2 }, summary: 'one' } }
    const reordered = {
      agent: { id: 'twin' },
      action: { arguments: { b: 2, a: 1 }, tool: 't', summary: 'one' },
    }
    const first = await post(body)
    const second = await post(reordered)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body).toEqual(first.body)
    for (const more of [{ requested_by: { email: 'b@example.com' } }, { risk: { level: 'critical' } }]) {
      expect((await post({ ...body, ...more })).status).toBe(201)
    }
    expect((await post(body, { 'idempotency-key': 'not a twin' })).status).toBe(201)
    await server.running.call('POST', `/v1/approvals/${first.body.id}/withdraw`, { key })
    expect((await post(body)).status).toBe(201)
  })

  test('a twin that is overdue is expired, not handed out again', async () => {
    const body = { ...different(), expires_in_seconds: 10 }
    const first = await post(body)
    server.clock.advance(10_000)
    const second = await post(body)
    expect(second.status).toBe(201)
    expect(second.body.id).not.toBe(first.body.id)
    const { body: old } = await server.running.call('GET', `/v1/approvals/${first.body.id}`, { key })
    expect(old).toMatchObject({ status: 'expired', decisions: [] })
  })

  test('the same Idempotency-Key gets the same approval as it stands now, also after the decision', async () => {
    const body = different()
    const headers = { 'idempotency-key': 'order 1042' }
    const first = await post(body, headers)
    expect((await post(body, headers)).body).toEqual(first.body)
    await server.running.call('POST', `/v1/approvals/${first.body.id}/decision`, {
      key: judge,
      body: { decision: 'deny' },
    })
    const again = await post(body, headers)
    expect(again.status).toBe(200)
    expect(again.body).toMatchObject({ id: first.body.id, status: 'denied' })
  })

  test('an Idempotency-Key with another body is refused, and its first approval stays', async () => {
    const headers = { 'idempotency-key': 'reused' }
    const first = await post(different(), headers)
    const { status, body } = await refusedPost(different(), headers)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'idempotency_key_reused',
      detail: 'This Idempotency-Key was used for a different request',
    })
    const { body: kept } = await server.running.call('GET', `/v1/approvals/${first.body.id}`, { key })
    expect(kept).toMatchObject({ status: 'pending' })
  })

  test('an Idempotency-Key of another API key is another key', async () => {
    const other = await server.running.key({ roles: ['agent'] })
    const body = different()
    const headers = { 'idempotency-key': 'shared by two' }
    const first = await post(body, headers)
    const second = await server.running.ask(body, { key: other, headers })
    expect(second.status).toBe(201)
    expect(second.body.id).not.toBe(first.body.id)
  })

  test('an Idempotency-Key counts for 24 hours and is free afterwards', async () => {
    const headers = { 'idempotency-key': 'yesterday' }
    const body = { ...different(), expires_in_seconds: 604_800 }
    const first = await post(body, headers)
    server.clock.advance(DAY_MS)
    expect((await post(body, headers)).body.id).toBe(first.body.id)
    expect((await refusedPost(different(), headers)).status).toBe(422)
    server.clock.advance(1)
    const later = await post(different(), headers)
    expect(later.status).toBe(201)
    expect(later.body.id).not.toBe(first.body.id)
  })

  test('ten requests at once with one Idempotency-Key make one approval', async () => {
    const body = different()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(body, { 'idempotency-key': 'all at once' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  })
})
