// Shows that over HTTP the groups of a policy decide together, with the notes it asks for, and only what they have seen.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, select } from '../fakes/peek.ts'
import { addPerson, govern } from '../fakes/rules-in-force.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

const NAMES = { ana: 'Ana Ruiz', ben: 'Ben Okafor', gil: 'Gil Marsh', ines: 'Ines Kurz' }
type Who = keyof typeof NAMES

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  const keys = {} as Record<Who, string>

  beforeAll(async () => {
    for (const [who, name] of Object.entries(NAMES)) {
      keys[who as Who] = await server.running.key(reviewer(name))
    }
    // Ana is in both.
    const groups = {
      payments: [NAMES.ana, NAMES.ben],
      security: [NAMES.ana, NAMES.gil],
      oncall: [NAMES.ines],
    }
    await govern(server.running, { groups })
  })

  /** Under a policy that asks this of everything. */
  const askUnder = async (rule: object, wanted: Record<string, unknown> = {}) => {
    await govern(server.running, { rules: [{ name: 'all', match: {}, ask: rule }] })
    const { status, body } = await server.running.ask(wanted)
    expect(status).toBe(201)
    return body
  }
  const post = (id: string, what: 'decision' | 'seen', key: string, body: object) =>
    server.running.call<ApprovalView & { code: string; detail: string }>(
      'POST',
      `/v1/approvals/${id}/${what}`,
      { key, body },
    )
  const vote = ({ id }: ApprovalView, who: Who, decision = 'approve', note?: string) =>
    post(id, 'decision', keys[who], { decision, ...(note !== undefined && { note }) })
  const see = ({ id, digest }: ApprovalView, key: string) => post(id, 'seen', key, { digest })
  const read = async ({ id }: ApprovalView, query = '') =>
    (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}${query}`)).body
  const codeOf = ({ status, body }: Awaited<ReturnType<typeof post>>) => [status, body.code]
  const refusal = ({ status, body }: Awaited<ReturnType<typeof post>>) => [status, body.code, body.detail]
  /** As `2 of 3` are met, and by whom. */
  const progressOf = ({ progress }: ApprovalView) =>
    progress.map(({ requirement, approved, missing }) => [
      requirement,
      approved.map(({ name }) => name),
      missing,
    ])

  const BOTH = {
    requirements: [
      { group: 'payments', approvals: 1 },
      { group: 'security', approvals: 1 },
    ],
  }

  test('groups decide together, each person for the one that needs them; the waiting agent reads the same', async () => {
    const asked = await askUnder(BOTH)
    const waiting = read(asked, '?wait_seconds=60')
    expect(progressOf(asked)).toEqual([
      ['payments', [], 1],
      ['security', [], 1],
    ])
    const { body: one } = await vote(asked, 'ana')
    expect(progressOf(one)).toEqual([
      ['payments', [NAMES.ana], 0],
      ['security', [], 1],
    ])
    expect([one.status, await read(asked)]).toEqual(['pending', one])
    expect(codeOf(await vote(asked, 'ana'))).toEqual([409, 'already_voted'])
    // Only payments has Ben, so that Ana counts for security.
    const { body: both } = await vote(asked, 'ben')
    expect([both.status, ...progressOf(both)]).toEqual([
      'approved',
      ['payments', [NAMES.ben], 0],
      ['security', [NAMES.ana], 0],
    ])
    expect(both.review_notes).toBe('Approved by Ana Ruiz via api and Ben Okafor via api')
    expect(await waiting).toEqual(both)
  })

  test('one denial closes, whoever is in one of the groups; all others are told who may', async () => {
    const asked = await askUnder(BOTH)
    const words = 'Only members of payments and security may decide this'
    const before = await recorded(server.databaseUrl)
    expect(refusal(await vote(asked, 'ines'))).toEqual([403, 'not_a_reviewer', words])
    expect(refusal(await see(asked, keys.ines))).toEqual([403, 'not_a_reviewer', words])
    expect(await recorded(server.databaseUrl)).toEqual(before)
    await vote(asked, 'gil')
    expect((await vote(asked, 'ben', 'deny')).body).toMatchObject({
      status: 'denied',
      review_notes: 'Denied by Ben Okafor via api',
    })
  })

  test('what expires with too few approvals says how far it was', async () => {
    const asked = await askUnder({ ...BOTH, expires_in_seconds: 60 })
    await vote(asked, 'gil')
    server.clock.advance(60_000)
    const expired = await eventually(async () => {
      const now = await read(asked)
      return now.status === 'expired' ? now : undefined
    })
    expect(progressOf(expired)).toEqual([
      ['payments', [], 1],
      ['security', [NAMES.gil], 0],
    ])
  })

  test('a note is asked for where the rule asks, and blanks are none', async () => {
    const asked = await askUnder({ note_required: ['approve'] })
    expect(asked.review.note_required).toEqual(['approve'])
    const no = [422, 'note_required', 'The policy asks for a note with this decision']
    expect(refusal(await vote(asked, 'ana'))).toEqual(no)
    expect(refusal(await vote(asked, 'ana', 'approve', ' \n '))).toEqual(no)
    const { body } = await vote(asked, 'ana', 'approve', 'checked with finance')
    expect(body).toMatchObject({ status: 'approved', decisions: [{ note: 'checked with finance' }] })
    const other = await askUnder({ note_required: ['approve'] })
    expect((await vote(other, 'ana', 'deny')).body.status).toBe('denied')
  })

  test('approving counts once its voter has said by its digest that they have seen all of it', async () => {
    const asked = await askUnder({ details_must_be_opened: true })
    const words = 'Read all of it before you approve, and say so: POST its digest to /v1/approvals/:id/seen'
    expect(refusal(await vote(asked, 'ana'))).toEqual([403, 'details_not_opened', words])
    const other = await askUnder({ details_must_be_opened: true })
    const wrong = await post(asked.id, 'seen', keys.ana, { digest: other.digest })
    expect(codeOf(wrong)).toEqual([409, 'digest_mismatch'])
    // Each for themselves.
    expect(await see(asked, keys.ben)).toMatchObject({
      status: 200,
      body: { id: asked.id, status: 'pending' },
    })
    expect((await vote(asked, 'ana')).status).toBe(403)

    const from = server.running.url
    const seen = await server.running.call('POST', `/v1/approvals/${asked.id}/seen`, {
      key: keys.ana,
      body: { digest: asked.digest },
      headers: { origin: from },
    })
    expect(seen.status).toBe(200)
    expect((await see(asked, keys.ana)).status).toBe(200)
    const rows = `select source, digest from seen where approval_id = '${asked.id}' order by source`
    expect(await select(server.databaseUrl, rows)).toEqual([
      { source: 'api', digest: asked.digest },
      { source: 'console', digest: asked.digest },
    ])
    const audited = `select canonical from audit where subject = '${asked.id}' and action = 'approval.seen' order by id`
    const facts = (await select(server.databaseUrl, audited)).map(({ canonical }) => String(canonical))
    expect(facts).toHaveLength(2)
    for (const fact of facts) expect(fact).toContain(asked.digest)

    expect((await vote(asked, 'ana')).body.status).toBe('approved')
    expect((await vote(other, 'ben', 'deny')).body.status).toBe('denied')
    // Looking afterwards is harmless, and no news.
    expect(await see(asked, keys.gil)).toMatchObject({ status: 200, body: { status: 'approved' } })
    expect(await select(server.databaseUrl, rows)).toHaveLength(2)
  })

  test.each([
    ['an agent', () => server.running.key({ roles: ['agent'] }), 403, 'forbidden'],
    ['an auditor', () => server.running.key({ roles: ['auditor'] }), 403, 'forbidden'],
    ['an admin', () => server.running.key({ roles: ['admin'] }), 403, 'forbidden'],
    ['the one on whose behalf it is', async () => keys.ana, 403, 'own_request'],
  ] as const)('that %s has seen it is not recorded', async (_who, keyOf, status, code) => {
    const asked = await askUnder({}, { requested_by: { email: 'ana.ruiz@example.com' } })
    const key = await keyOf()
    const before = await recorded(server.databaseUrl)
    expect(codeOf(await see(asked, key))).toEqual([status, code])
    expect((await server.running.call('GET', `/v1/approvals/${asked.id}/seen`)).status).toBe(405)
    expect(await recorded(server.databaseUrl)).toEqual(before)
  })

  test('a digest has its form, and an approval that there is', async () => {
    const { id } = await askUnder({})
    for (const body of [{}, { digest: 'sha256:00' }, { digest: 1 }, { digest: `sha256:${'A'.repeat(64)}` }]) {
      expect(codeOf(await post(id, 'seen', keys.ana, body))).toEqual([400, 'invalid_request'])
    }
    const digest = `sha256:${'0'.repeat(64)}`
    const missing = await post('apr_01hzzzzzzzzzzzzzzzzzzzzzzz', 'seen', keys.ana, { digest })
    expect(codeOf(missing)).toEqual([404, 'approval_not_found'])
  })

  test('after its time another group is asked too, and counts for what is not met', async () => {
    const escalate = { after_seconds: 600, to: 'oncall' }
    const asked = await askUnder({ ...BOTH, escalate })
    const at = new Date(Date.parse(asked.created_at) + 600_000).toISOString()
    expect(asked.review.escalation).toEqual({ to: 'oncall', at, done: false })
    expect((await vote(asked, 'ines')).status).toBe(403)
    server.clock.advance(600_000)
    const escalated = await eventually(async () => {
      const now = await read(asked)
      return now.review.escalation?.done ? now : undefined
    })
    expect(escalated.status).toBe('pending')
    await vote(asked, 'gil')
    const { body } = await vote(asked, 'ines')
    expect([body.status, ...progressOf(body)]).toEqual([
      'approved',
      ['payments', [NAMES.ines], 0],
      ['security', [NAMES.gil], 0],
    ])
  })

  test('who comes into a group later is named, and may decide', async () => {
    await govern(server.running, { groups: { latecomers: [NAMES.ines] } })
    const asked = await askUnder({ requirements: [{ group: 'latecomers', approvals: 1 }] })
    expect(codeOf(await vote(asked, 'gil'))).toEqual([403, 'not_a_reviewer'])
    server.clock.advance(1)
    await addPerson(server.running, 'latecomers', NAMES.gil)
    const at = new Date(server.clock.now()).toISOString()
    expect((await read(asked)).review.added).toEqual([{ name: NAMES.gil, group: 'latecomers', at }])
    expect((await vote(asked, 'gil')).body.status).toBe('approved')
  })
})
