// Shows that what is asked of some destinations is answered of what those were told, and of nothing else.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeliveryRow, DestinationRow } from '../../db/schema.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { createPeople } from '../../src/identity/people.ts'
import { rememberCard } from '../../src/store/posted-cards.ts'
import { databases, type TestDatabase } from '../fakes/databases.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { member, type Office, openOffice, press, recordOf, UNREACHED_AFTER_MS } from '../fakes/office.ts'
import { setPolicy } from '../fakes/rules-in-force.ts'

const NONE = { approved: 0, denied: 0, expired: 0, medianMs: null, fast: 0, approvals: 0, unopened: 0 }

describe.each(databases)('on $name', ({ create }) => {
  let database: TestDatabase
  let clock: ManualClock
  let office: Office
  let here: string
  let there: string
  let asks = 0

  beforeEach(async () => {
    database = await create()
    clock = manualClock()
    office = await openOffice(database.url, clock)
    here = await office.destination({ name: 'here', tools: '["here.*"]' })
    there = await office.destination({ name: 'there', tools: '["there.*"]' })
  })
  afterEach(async () => {
    await office.close()
    await database.drop()
  })

  const ask = (where: 'here' | 'there', more: Parameters<Office['ask']>[0] = {}) =>
    office.ask({
      action: { tool: `${where}.run`, summary: 'Run it', arguments: { nth: asks++ } },
      ...more,
    })
  const decide = async (approval: ApprovalView, at: string, verdict: 'approve' | 'deny') =>
    expect(await office.desk.decide(press(approval, at, 'U1', verdict))).toMatchObject({ ok: true })
  /** The card that is pressed, which shows everything. */
  const post = (asked: ApprovalView, posted_at: number) => {
    const card = { destination_id: here, handle: `card of ${asked.id}`, subject_id: asked.id, whole: 1 }
    return office.db.transact((trx) => rememberCard(trx, { ...card, posted_at }))
  }
  const idsOf = async (...destinations: string[]) =>
    (await office.queries.pending(destinations, 10)).map(({ id }) => id)
  const standing = (...destinationIds: string[]) =>
    office.queries.standing({ destinationIds, withUnplaced: true })
  const change = (id: string, what: Partial<DestinationRow>) =>
    office.db.transact((trx) => trx.updateTable('destinations').set(what).where('id', '=', id).execute())
  const settle = (subject: ApprovalView, what: Partial<DeliveryRow>) =>
    office.db.transact((trx) =>
      trx.updateTable('deliveries').set(what).where('subject_id', '=', subject.id).execute(),
    )

  test('pending lists what they were told, the longest waiting first, without tests', async () => {
    const first = await ask('here')
    clock.advance(1)
    const elsewhere = await ask('there')
    const second = await ask('here')
    const tried = await ask('here')
    await office.db.transact((trx) =>
      trx.updateTable('approvals').set({ is_test: 1 }).where('id', '=', tried.id).execute(),
    )
    expect(await idsOf(here)).toEqual([first.id, second.id])
    expect(await idsOf(there)).toEqual([elsewhere.id])
    expect(await idsOf(here, there)).toHaveLength(3)
    expect(await idsOf()).toEqual([])
  })

  test('one approval is found where it was told', async () => {
    const asked = await ask('here')
    expect(await office.queries.findAt(asked.id, [there, here])).toMatchObject({ id: asked.id })
    for (const destinations of [[there], []]) {
      expect(await office.queries.findAt(asked.id, destinations)).toBeUndefined()
    }
  })

  test('a card counts after its delivery was forgotten', async () => {
    const { id } = await ask('here')
    const card = { destination_id: here, handle: 'a card', subject_id: id, posted_at: clock.now(), whole: 1 }
    await office.db.transact(async (trx) => {
      await rememberCard(trx, card)
      await trx.deleteFrom('deliveries').where('subject_id', '=', id).execute()
    })
    expect([await idsOf(here), await idsOf(there)]).toEqual([[id], []])
    expect(await office.queries.findAt(id, [here])).toMatchObject({ id })
  })

  test('status counts what waits, and what reached nobody', async () => {
    const oldest = await ask('here', { risk: { level: 'high', score: null } })
    await ask('there')
    clock.advance(UNREACHED_AFTER_MS)
    await office.desk.noticeUnreached()
    const soonest = await ask('here', { expiresInSeconds: 60 })
    const counts = { high: 1, medium: 1 }
    const { pendingByRisk, longestWaiting, nextToExpire, unreached } = await standing(here)
    expect(Object.fromEntries(pendingByRisk)).toEqual(counts)
    expect([longestWaiting?.id, nextToExpire?.id]).toEqual([oldest.id, soonest.id])
    expect([unreached.count, unreached.longest?.id]).toEqual([1, oldest.id])
    expect(await standing()).toMatchObject({
      pendingByRisk: new Map(),
      longestWaiting: undefined,
      nextToExpire: undefined,
      unreached: { count: 0, longest: undefined },
    })
  })

  test('status counts what ended in 24 hours, with the median of what people decided', async () => {
    const took = async (seconds: number, where: 'here' | 'there', verdict: 'approve' | 'deny') => {
      const asked = await ask(where)
      clock.advance(seconds * 1000)
      await decide(asked, where === 'here' ? here : there, verdict)
    }
    await took(1, 'here', 'approve')
    clock.advance(86_400_000)
    await took(10, 'here', 'approve')
    await took(30, 'here', 'deny')
    await took(1_000, 'there', 'approve')
    expect((await standing(here)).decided).toMatchObject({
      approved: 1,
      denied: 1,
      expired: 0,
      medianMs: 20_000,
    })
    await took(50, 'here', 'approve')
    await ask('here', { expiresInSeconds: 10 })
    clock.advance(10_000)
    await office.desk.expireDue()
    expect((await standing(here)).decided).toMatchObject({
      approved: 2,
      denied: 1,
      expired: 1,
      medianMs: 30_000,
    })
    clock.advance(86_400_001)
    expect((await standing(here)).decided).toEqual(NONE)
  })

  test('what expired without a decision has no median', async () => {
    await ask('here', { expiresInSeconds: 10 })
    clock.advance(10_000)
    await office.desk.expireDue()
    expect((await standing(here)).decided).toEqual({ ...NONE, expired: 1 })
  })

  test.each<[string, { seconds: number; postedAfter?: number }, boolean]>([
    ['3 s after it was asked', { seconds: 3 }, true],
    ['more than 3 s after it was asked', { seconds: 3.001 }, false],
    ['3 s after its card came, which was late', { seconds: 63, postedAfter: 60 }, true],
    ['more than 3 s after its card came', { seconds: 64, postedAfter: 60 }, false],
    ['on a card that we knew by the click alone', { seconds: 60, postedAfter: 60 }, false],
    ['on a card of the time before it was asked', { seconds: 1, postedAfter: -10 }, true],
  ])('a vote %s counts as fast: %j, %s', async (_when, { seconds, postedAfter }, isFast) => {
    const asked = await ask('here')
    if (postedAfter !== undefined) await post(asked, clock.now() + postedAfter * 1000)
    clock.advance(seconds * 1000)
    await decide(asked, here, 'deny')
    expect((await standing(here)).decided).toMatchObject({ denied: 1, fast: Number(isFast) })
  })

  test('status counts approving votes whose voters had not opened all of it, also by another of their rows', async () => {
    const pressed = (approval: ApprovalView, userId: string, verdict: 'approve' | 'deny' = 'approve') =>
      press(approval, here, userId, verdict, { by: member(userId, { emails: [`${userId}@x.test`] }) })
    const open = async (approval: ApprovalView, userId: string) =>
      expect(
        await office.strictDesk.open({ ...pressed(approval, userId), isLast: () => true }),
      ).toMatchObject({ ok: true })
    const vote = async (...who: Parameters<typeof pressed>) =>
      expect(await office.desk.decide(pressed(...who))).toMatchObject({ ok: true })
    const two = await ask('here', { approvalsNeeded: 2 })
    await vote(two, 'U1')
    await open(two, 'U2')
    // Too late: U1 has voted.
    clock.advance(1)
    await open(two, 'U1')
    await vote(two, 'U2')
    expect((await standing(here)).decided).toMatchObject({ approved: 1, approvals: 2, unopened: 1 })

    const joined = await ask('here')
    await post(joined, clock.now())
    await open(joined, 'U2')
    await vote(joined, 'U3')
    const { decisions } = await recordOf(office.db, joined.id)
    const { person_id } = await office.db.read
      .selectFrom('seen')
      .select('person_id')
      .where('approval_id', '=', joined.id)
      .executeTakeFirstOrThrow()
    const people = createPeople({ db: office.db, clock })
    expect((await standing(here)).decided).toMatchObject({ approvals: 3, unopened: 2 })
    await people.join(person_id, String(decisions[0]?.person_id), 'key_admin')
    expect((await standing(here)).decided).toMatchObject({ approvals: 3, unopened: 1 })

    await vote(await ask('here'), 'U4', 'deny')
    expect((await standing(here)).decided).toMatchObject({ denied: 1, approvals: 3, unopened: 1 })
    expect((await standing(there)).decided).toEqual(NONE)
  })

  test('what the policy answers is no decision of people, and of shadow rules the first counts', async () => {
    const rules = [
      { name: 'a', match: { tools: ['here.a'] }, allow: true, shadow: true },
      { name: 'b', match: { tools: ['here.*', 'there.*'] }, deny: 'No', shadow: true },
      { name: 'c', match: { tools: ['here.c'] }, allow: true },
      { name: 'd', match: { tools: ['here.d'] }, ask: { destinations: [there] } },
    ]
    await setPolicy(office.db, { rules })
    for (const tool of ['here.a', 'here.b', 'here.b', 'here.c', 'here.d', 'there.b']) {
      await ask('here', { action: { tool, summary: tool, arguments: { nth: asks++ } } })
      clock.advance(1)
    }
    expect(await standing(here)).toMatchObject({ shadowed: { allow: 1, deny: 2, ask: 0 }, decided: NONE })
    expect(await standing(there)).toMatchObject({ shadowed: { allow: 0, deny: 2, ask: 0 }, decided: NONE })
    clock.advance(86_400_000 - 5)
    expect((await standing(here)).shadowed).toEqual({ allow: 0, deny: 2, ask: 0 })
    clock.advance(10)
    expect((await standing(here)).shadowed).toEqual({ allow: 0, deny: 0, ask: 0 })
  })

  test('status counts deliveries that are tried again where they are, and those given up today', async () => {
    await settle(await ask('here'), { attempts: 1 })
    await settle(await ask('here'), { state: 'dead', finished_at: clock.now() })
    await settle(await ask('here'), { state: 'dead', finished_at: clock.now() - 86_400_001 })
    await settle(await ask('there'), { attempts: 1 })
    expect((await standing(here)).failing).toEqual({ retrying: 1, dead: 1 })
    expect((await standing(there)).failing).toEqual({ retrying: 1, dead: 0 })
    await change(here, { enabled: 0 })
    expect((await standing(here)).failing).toEqual({ retrying: 0, dead: 1 })
  })

  test('status names those that are off, why, and what waits; those in no workspace it counts', async () => {
    const follow = await ask('here')
    await ask('here')
    await settle(follow, { class: 1, attempts: 3 })
    await settle(await ask('here'), { state: 'delivered', finished_at: clock.now() })
    await change(here, { enabled: 0, disabled_reason: 'channel_not_found' })
    await change(there, { enabled: 0 })
    await office.destination({ name: 'a pager', channel_type: 'machine', enabled: 0 })
    await office.destination({ name: 'gone', channel_type: 'machine', enabled: 0, deleted_at: 1 })
    const othersOff = { count: 1, waiting: 0 }
    const off = [{ id: here, name: 'here', reason: 'channel_not_found', waiting: 2 }]
    expect(await standing(here)).toMatchObject({ off, othersOff })
    expect(await standing(there)).toMatchObject({
      off: [{ name: 'there', reason: null, waiting: 0 }],
      othersOff,
    })
    expect(await standing()).toMatchObject({ off: [], othersOff })
    expect(await office.queries.standing({ destinationIds: [here], withUnplaced: false })).toMatchObject({
      off,
      othersOff: { count: 0, waiting: 0 },
    })
  })

  test('of many each counts once, and a list that is asked meanwhile is not held up', async () => {
    const [many, atOnce] = [10_000, 500]
    const told = await ask('here', { idempotencyKey: 'no twin' })
    // All of one moment, so that no page ends between two.
    await office.db.transact(async (trx) => {
      const row = await trx
        .selectFrom('approvals')
        .selectAll()
        .where('id', '=', told.id)
        .executeTakeFirstOrThrow()
      for (let from = 0; from < many; from += atOnce) {
        const ids = Array.from({ length: atOnce }, (_, n) => `apr_${from + n}`)
        const cards = ids.map((id) => ({
          destination_id: here,
          handle: id,
          subject_id: id,
          posted_at: 0,
          whole: 1,
        }))
        await trx
          .insertInto('approvals')
          .values(ids.map((id) => ({ ...row, id })))
          .execute()
        await trx.insertInto('posted_cards').values(cards).execute()
      }
    })
    // Two connections are open from here on; waiting for one to open would decide who is first.
    await Promise.all([office.queries.list({}, 10), office.queries.list({}, 10)])
    const order: string[] = []
    const asked = standing(here).finally(() => order.push('standing'))
    await office.queries.list({}, 10).finally(() => order.push('list'))
    expect(Object.fromEntries((await asked).pendingByRisk)).toEqual({ medium: many + 1 })
    expect(order).toEqual(['list', 'standing'])
    const last = await ask('there')
    expect(await idsOf(there)).toEqual([last.id])
  })
})
