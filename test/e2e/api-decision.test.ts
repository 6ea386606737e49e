// Shows that over HTTP one reviewer decides, once, and never the one who asked.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { ADMIN_KEY } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create, { PUBLIC_URL: 'https://sign.example.com' })
  let ana: string
  let ben: string

  beforeAll(async () => {
    ana = await server.running.key(reviewer('Ana Ruiz'))
    ben = await server.running.key(reviewer('Ben Okafor'))
  })

  const decide = (id: string, key: string, body: object, headers: Record<string, string> = {}) =>
    server.running.call<ApprovalView & { code: string }>('POST', `/v1/approvals/${id}/decision`, {
      key,
      body,
      headers,
    })
  const approve = (id: string, key: string) => decide(id, key, { decision: 'approve' })
  const statusOf = async (id: string) =>
    (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body.status

  test('a reviewer approves with a note, which is recorded with who, where and when', async () => {
    const { body: asked } = await server.running.ask()
    server.clock.advance(1_000)
    const { status, body } = await decide(asked.id, ana, {
      decision: 'approve',
      note: 'checked with finance',
    })
    const at = new Date(server.clock.now()).toISOString()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: asked.id,
      status: 'approved',
      closed_at: at,
      review_notes: 'Approved by Ana Ruiz via api: checked with finance',
      decisions: [
        {
          verdict: 'approve',
          reviewer: { id: expect.stringMatching(/^per_/), name: 'Ana Ruiz', email: 'ana.ruiz@example.com' },
          source: 'api',
          note: 'checked with finance',
          decided_at: at,
        },
      ],
    })
  })

  test('a denial without a note says who denied', async () => {
    const { body: asked } = await server.running.ask()
    const { body } = await decide(asked.id, ben, { decision: 'deny' })
    expect(body).toMatchObject({ status: 'denied', review_notes: 'Denied by Ben Okafor via api' })
    expect(body.decisions[0]?.note).toBeNull()
  })

  test.each([
    ['agent', { roles: ['agent'] }],
    ['auditor', { roles: ['auditor'] }],
    ['admin', { roles: ['admin'] }],
    ['agent, auditor and admin', { roles: ['agent', 'auditor', 'admin'] }],
  ])('a key with the role %s decides nothing', async (_roles, wanted) => {
    const { body: asked } = await server.running.ask()
    const key = await server.running.key(wanted)
    const before = await recorded(server.databaseUrl)
    const { status, body } = await approve(asked.id, key)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test("the environment's admin key decides nothing", async () => {
    const { body: asked } = await server.running.ask()
    expect((await approve(asked.id, ADMIN_KEY)).status).toBe(403)
    expect(await statusOf(asked.id)).toBe('pending')
  })

  test.each([
    {},
    { decision: 'approved' },
    { decision: 'approve ' },
    { decision: ['approve'] },
    { decision: 'approve', note: '' },
    { decision: 'approve', note: 'a\0b' },
    { decision: 'approve', note: 'x'.repeat(2001) },
    { decision: 'approve', force: true },
  ])('the decision %j is refused', async (body) => {
    const { body: asked } = await server.running.ask()
    const { status, body: problem } = await decide(asked.id, ana, body)
    expect([status, problem.code]).toEqual([400, 'invalid_request'])
    expect(await statusOf(asked.id)).toBe('pending')
  })

  test('the second reviewer is told how it was decided, and by whom', async () => {
    const { body: asked } = await server.running.ask()
    await approve(asked.id, ana)
    const before = await recorded(server.databaseUrl)
    const { status, headers, body } = await decide(asked.id, ben, { decision: 'deny' })
    expect(status).toBe(409)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'already_decided',
      detail: 'Already approved',
      decided_by: 'Ana Ruiz',
    })
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test('who has decided already is told that it was they', async () => {
    const { body: asked } = await server.running.ask()
    await approve(asked.id, ana)
    const { body } = await decide(asked.id, ana, { decision: 'deny' })
    expect(body).toMatchObject({ code: 'already_decided', detail: 'You have already approved this' })
    expect(body).not.toHaveProperty('decided_by')
  })

  test.each<[string, string, (own: string) => Record<string, string>]>([
    ['a program', 'api', () => ({})],
    ['a page of this server', 'console', (own) => ({ origin: own })],
    ['a page of this server by another name', 'console', () => ({ origin: 'https://sign.example.com' })],
    ['a page of another server', 'api', () => ({ origin: 'https://elsewhere.example.com' })],
    ['a page that hides where it is from', 'api', () => ({ origin: 'null' })],
  ])('from %s a vote is on record as via %s', async (_who, source, headersFor) => {
    const { body: asked } = await server.running.ask()
    const body = { decision: 'approve' }
    const answer = await decide(asked.id, ana, body, headersFor(server.running.url))
    expect(answer.body).toMatchObject({
      decisions: [{ source }],
      review_notes: `Approved by Ana Ruiz via ${source}`,
    })
  })

  test('an Idempotency-Key is one, whether a program or a page used it first', async () => {
    const { body: asked } = await server.running.ask()
    const press = { 'idempotency-key': 'page and program' }
    const body = { decision: 'deny' }
    const first = await decide(asked.id, ana, body, { ...press, origin: server.running.url })
    expect(first.body.decisions).toMatchObject([{ source: 'console' }])
    expect(await decide(asked.id, ana, body, press)).toMatchObject({ status: 200, body: first.body })
  })

  test('of many reviewers at once exactly one decides', async () => {
    const { body: asked } = await server.running.ask()
    const keys = await Promise.all(
      Array.from({ length: 8 }, (_, index) => server.running.key(reviewer(`Racer ${index}`))),
    )
    const answers = await Promise.all(
      keys.map((key, index) => decide(asked.id, key, { decision: index % 2 ? 'approve' : 'deny' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)])
    const winner = answers.find(({ status }) => status === 200)?.body
    const { body } = await server.running.call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)
    expect(body).toEqual(winner)
    expect(body.decisions).toHaveLength(1)
  })

  test('after the expiry it is a 410, and the approval is expired, not denied', async () => {
    const { body: asked } = await server.running.ask({ expires_in_seconds: 10 })
    server.clock.advance(10_000)
    const { status, body } = await approve(asked.id, ana)
    expect(status).toBe(410)
    expect(body).toMatchObject({ code: 'approval_expired', detail: 'Approval request has expired' })
    expect(await statusOf(asked.id)).toBe('expired')
    expect((await approve(asked.id, ben)).status).toBe(410)
  })

  test('a millisecond before the expiry still counts', async () => {
    const { body: asked } = await server.running.ask({ expires_in_seconds: 10 })
    server.clock.advance(9_999)
    expect((await approve(asked.id, ana)).status).toBe(200)
  })

  test('an unknown approval is a 404', async () => {
    const { status, body } = await approve('apr_01hzzzzzzzzzzzzzzzzzzzzzzz', ana)
    expect([status, body.code]).toEqual([404, 'approval_not_found'])
  })

  test('a repeat under one Idempotency-Key gets the same 200 and records nothing', async () => {
    const { body: asked } = await server.running.ask()
    const headers = { 'idempotency-key': 'press 1' }
    const first = await decide(asked.id, ana, { decision: 'deny', note: 'no' }, headers)
    const before = await recorded(server.databaseUrl)
    const again = await decide(asked.id, ana, { decision: 'deny', note: 'no' }, headers)
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test('one Idempotency-Key does not serve for another verdict, approval or person', async () => {
    const { body: asked } = await server.running.ask()
    const { body: other } = await server.running.ask()
    const headers = { 'idempotency-key': 'press 2' }
    await decide(asked.id, ana, { decision: 'approve' }, headers)
    const reused = await decide(asked.id, ana, { decision: 'deny' }, headers)
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused'])
    expect((await decide(other.id, ana, { decision: 'approve' }, headers)).status).toBe(422)
    expect(await statusOf(other.id)).toBe('pending')
    expect((await decide(other.id, ben, { decision: 'approve' }, headers)).status).toBe(200)
  })
})
