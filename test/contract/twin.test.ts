// Proves when a request is taken for one that waits already: when it asks the very same, and without an Idempotency-Key.

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, RequestApproval } from '../../src/approvals/desk.ts'
import { isoTime } from '../../src/kit/clock.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { asking, type Office, openOffice } from '../fakes/office.ts'
import { type Rules, setGroup, setPolicy } from '../fakes/rules-in-force.ts'

describe.each(databases)('on $name', ({ name, createBlank: create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let office: Office

  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
  })
  afterAll(async () => {
    await office?.close()
    await database?.drop()
  })

  async function ask(wanted: RequestApproval): Promise<Answer> {
    const outcome = await office.desk.request(wanted)
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    return outcome.value
  }

  test('two keys are two approvals, and a request without one is a third', async () => {
    const wanted = asking()
    const answers = [
      await ask({ ...wanted, idempotencyKey: 'one' }),
      await ask({ ...wanted, idempotencyKey: 'two' }),
      await ask(wanted),
    ]
    expect(answers.map(({ created }) => created)).toEqual([true, true, true])
    expect(new Set(answers.map(({ approval }) => approval.id)).size).toBe(3)
    // Nor does a key find what waits without one.
    expect(await ask({ ...wanted, idempotencyKey: 'three' })).toMatchObject({ created: true })
  })

  test('the same, but for expiry and metadata, is the one that waits, with its own expiry', async () => {
    const wanted = asking({ expiresInSeconds: 60, metadata: { session: 1 } })
    const first = await ask(wanted)
    clock.advance(1_000)
    const again = await ask({ ...wanted, expiresInSeconds: 3600, metadata: { session: 2 } })
    expect(again).toEqual({ approval: first.approval, created: false })
    expect(again.approval.expires_at).toBe(isoTime(clock.now() + 59_000))
  })

  test('one that more people must approve is another', async () => {
    const wanted = asking()
    const first = await ask(wanted)
    const stricter = await ask({ ...wanted, approvalsNeeded: 2 })
    expect(stricter.created).toBe(true)
    expect(await ask({ ...wanted, approvalsNeeded: 2 })).toEqual({ ...stricter, created: false })
    expect(await ask(wanted)).toEqual({ ...first, created: false })
  })

  test('what is written another way is the same', async () => {
    const wanted = asking({ requestedByEmail: 'Ana@example.com' })
    const { tool, summary } = wanted.action
    const action = { tool, summary, arguments: { a: 1, b: { c: 2, d: 3 } } }
    const first = await ask({ ...wanted, action })
    const reordered = { ...action, arguments: { b: { d: 3, c: 2 }, a: 1 } }
    const again = await ask({ ...wanted, action: reordered, requestedByEmail: 'ana@EXAMPLE.com' })
    expect(again).toEqual({ approval: first.approval, created: false })
  })

  const differences: [string, (wanted: RequestApproval) => Partial<RequestApproval>][] = [
    ['risk level', () => ({ risk: { level: 'critical', score: null } })],
    ['risk score', () => ({ risk: { level: 'medium', score: 0.5 } })],
    ['summary', ({ action }) => ({ action: { ...action, summary: 'Refund everything' } })],
    ['tool', ({ action }) => ({ action: { ...action, tool: 'stripe.payout' } })],
    ['arguments', ({ action }) => ({ action: { ...action, arguments: { order: 2 } } })],
    ['environment', ({ action }) => ({ action: { ...action, environment: 'production' } })],
    ['reasons', () => ({ reasons: ['AMOUNT_ABOVE_LIMIT'] })],
    ['agent', ({ agent }) => ({ agent: { ...agent, id: 'agent-2' } })],
    ['name of the agent', ({ agent }) => ({ agent: { ...agent, name: 'Another agent' } })],
    ['requester', () => ({ requestedByEmail: 'ben@example.com' })],
    ['API key', () => ({ ownerKeyId: 'key_of_another' })],
    ['tested destination', () => ({ testOf: 'dst_of_a_test' })],
  ]
  test.each(differences)('another %s is another approval', async (_what, different) => {
    const wanted = asking()
    const first = await ask(wanted)
    const other = { ...wanted, ...different(wanted) }
    const second = await ask(other)
    expect([second.created, second.approval.id === first.approval.id]).toEqual([true, false])
    // Each finds its own.
    expect((await ask(wanted)).approval.id).toBe(first.approval.id)
    expect((await ask(other)).approval.id).toBe(second.approval.id)
  })

  test('one that is overdue expires, and one that is closed is left: the request is a new one', async () => {
    const wanted = asking({ expiresInSeconds: 10 })
    const first = await ask(wanted)
    clock.advance(10_000)
    const second = await ask(wanted)
    expect(second).toMatchObject({ created: true, approval: { status: 'pending' } })
    expect(await office.queries.find(first.approval.id)).toMatchObject({ status: 'expired' })
    await office.desk.withdraw({ approvalId: second.approval.id })
    expect(await ask(wanted)).toMatchObject({ created: true })
  })

  describe('under a policy that came after what waits', () => {
    const rule = (rest: object): Rules => ({ rules: [{ name: 'it', match: {}, ...rest }] })
    const payments = (approvals: number) => ({ requirements: [{ group: 'payments', approvals }] })
    beforeAll(() => setGroup(office.db, 'payments', []))

    const stricter: [string, Rules][] = [
      ['more people', rule({ ask: payments(2) })],
      ['another group', rule({ ask: { requirements: [{ group: 'reviewers' }] } })],
      ['a note', rule({ ask: { ...payments(1), note_required: ['approve'] } })],
      ['details opened', rule({ ask: { ...payments(1), details_must_be_opened: true } })],
      ['cards elsewhere', rule({ ask: { ...payments(1), destinations: ['dst_x'] } })],
      ['a shorter grant', rule({ ask: { ...payments(1), grant_seconds: 60 } })],
      ['a higher risk', { ...rule({ ask: payments(1) }), risk_floors: [{ at_least: 'critical' }] }],
    ]
    test.each(stricter)('one that asks for %s makes a new approval', async (_what, later) => {
      const wanted = asking()
      await setPolicy(office.db, rule({ ask: payments(1) }))
      const first = await ask(wanted)
      await setPolicy(office.db, { ...later })
      const second = await ask(wanted)
      expect(second).toMatchObject({ created: true, approval: { status: 'pending' } })
      expect(await ask(wanted)).toEqual({ ...second, created: false })
      expect(await office.queries.find(first.approval.id)).toEqual(first.approval)
    })

    test('one that asks the same leaves it the twin, one that allows too, and one that denies denies', async () => {
      const wanted = asking()
      await setPolicy(office.db, rule({ ask: payments(1) }))
      const first = await ask(wanted)
      for (const later of [{ ask: { ...payments(1), tell: ['requester'] } }, { allow: true }]) {
        await setPolicy(office.db, { rules: [{ name: 'later', match: {}, ...later }] })
        expect(await ask(wanted)).toEqual({ ...first, created: false })
      }
      await setPolicy(office.db, rule({ deny: 'No' }))
      expect(await ask(wanted)).toMatchObject({ created: true, approval: { status: 'denied' } })
    })

    test('of repeats at one moment one is the new approval', async () => {
      const wanted = asking()
      await setPolicy(office.db, rule({ ask: payments(1) }))
      await ask(wanted)
      await setPolicy(office.db, rule({ ask: payments(2) }))
      const answers = await Promise.all([1, 2, 3, 4].map(() => ask(wanted)))
      expect(answers.filter(({ created }) => created)).toHaveLength(1)
      expect(new Set(answers.map(({ approval }) => approval.id)).size).toBe(1)
    })

    test('where there is no room it is refused, though one waits under the laxer one', async () => {
      const wanted = asking({ ownerKeyId: 'key_full', mostPending: 1 })
      await setPolicy(office.db, rule({ ask: payments(1) }))
      const first = await ask(wanted)
      expect(await ask(wanted)).toEqual({ ...first, created: false })
      await setPolicy(office.db, rule({ ask: payments(2) }))
      await expect(ask(wanted)).rejects.toThrow('too_many_pending')
    })
  })

  test('a request that finds neither room nor twin fails, and holds up nobody', async () => {
    await office.db.transact(async (trx) => {
      for (const statement of REFUSE_EVERY_APPROVAL[name]) await sql.raw(statement).execute(trx)
    })
    await expect(office.desk.request(asking())).rejects.toThrow('was in the way 5 times')
    await expect(office.desk.request(asking({ idempotencyKey: 'alone' }))).rejects.toThrow('in the way')
  })
})

/** An insert then ends as one that meets a twin, and there is none. */
const REFUSE_EVERY_APPROVAL = {
  sqlite: [`create trigger refuse before insert on approvals begin select raise(ignore); end`],
  postgres: [
    `create function refuse() returns trigger language plpgsql as 'begin return null; end'`,
    `create trigger refuse before insert on approvals for each row execute function refuse()`,
  ],
}
