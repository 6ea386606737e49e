// Shows that when everybody presses at once exactly one decision wins, and everybody is told the same.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDesk } from '../../src/approvals/create-desk.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { asking, DESK, type Office, OWNER, openOffice, press, recordOf, wholeCards } from '../fakes/office.ts'

const ROUNDS = 20 * EFFORT
const PEOPLE = 50

describe.each(databases)('on $name', ({ name, create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  /** PostgreSQL: two processes' worth. */
  let offices: Office[]
  let places: string[]

  beforeAll(async () => {
    database = await create()
    const processes = name === 'sqlite' ? 1 : 2
    offices = await Promise.all(Array.from({ length: processes }, () => openOffice(database.url, clock)))
    places = [await first().destination(), await first().destination()]
  })
  afterAll(async () => {
    await Promise.all(offices?.map((office) => office.close()) ?? [])
    await database?.drop()
  })

  /** Starts it so many turns later, so that every step of one meets every step of another in some round. */
  const after = async <T>(turns: number, start: () => Promise<T>): Promise<T> => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    return start()
  }
  const first = () => offices[0] as Office
  const spread = (i: number) => offices[i % offices.length] as Office
  const place = (i: number) => places[i % places.length] as string

  test(
    `of 50 conflicting decisions exactly one counts, and 49 are told whose, ${ROUNDS} times`,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const asked = await first().ask()
        const verdictOf = (i: number) => ((i + round) % 2 ? 'approve' : 'deny')
        const outcomes = await Promise.all(
          Array.from({ length: PEOPLE }, (_, i) =>
            spread(i).desk.decide(press(asked, place(i), `U${i}`, verdictOf(i))),
          ),
        )

        const [winner, ...others] = outcomes.flatMap((outcome, i) => (outcome.ok ? [i] : []))
        expect(others).toEqual([])
        const decided = winner as number
        const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal]))
        expect(refusals).toHaveLength(PEOPLE - 1)
        for (const refusal of refusals) {
          expect(refusal).toMatchObject({ code: 'already_decided', first: `Reviewer U${decided}` })
        }
        const record = await recordOf(spread(round).db, asked.id)
        const status = verdictOf(decided) === 'approve' ? 'approved' : 'denied'
        expect(record.approval).toMatchObject({ status, closed_at: clock.now() })
        expect(record.decisions).toMatchObject([
          { verdict: verdictOf(decided), reviewer_name: `Reviewer U${decided}` },
        ])
        expect(record.audit).toEqual(['approval.requested', 'approval.reviewed'])
        expect(record.events).toEqual(['approval.decided', 'approval.requested'])
        const told = record.deliveries.filter((delivery) => delivery.type === 'approval.decided')
        expect(told.map((delivery) => delivery.destination_id).sort()).toEqual([...places].sort())
      }
      // Ten times what it takes on an idle machine.
    },
    120_000 * EFFORT,
  )

  test('an approval is decided or expired, never both, when both come at once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await first().ask({ expiresInSeconds: 10 })
      const edge = clock.now() + 10_000
      // Two processes whose clocks differ by a millisecond: one sees the last moment, the other the first after.
      const late = createDesk({ db: spread(round).db, clock: { now: () => edge }, ...DESK })
      const { db } = spread(1)
      const early = wholeCards(db, createDesk({ db, clock: { now: () => edge - 1 }, ...DESK }))
      const expiring = [late.expireDue(), late.expireDue()]
      if (round % 2) for (let turn = 0; turn < round; turn++) await Promise.resolve()
      const [outcome, ...expired] = await Promise.all([
        early.decide(press(asked, place(0), 'U1', 'approve')),
        ...expiring,
      ])

      const { approval, ...record } = await recordOf(first().db, asked.id)
      const isDecided = outcome.ok
      if (!outcome.ok) expect(outcome.refusal).toMatchObject({ code: 'approval_expired', first: null })
      expect(approval.status).toBe(isDecided ? 'approved' : 'expired')
      expect(expired.reduce((sum, count) => sum + count)).toBe(isDecided ? 0 : 1)
      expect(record.decisions).toHaveLength(isDecided ? 1 : 0)
      expect(record.audit).toEqual(
        [isDecided ? 'approval.reviewed' : 'approval.expired', 'approval.requested'].sort(),
      )
      expect(record.events).toEqual(
        [isDecided ? 'approval.decided' : 'approval.expired', 'approval.requested'].sort(),
      )
      expect(record.deliveries).toHaveLength(2 * places.length)
    }
  })

  test('whatever comes at the expiry finds it expired, and the first to come puts it on record', async () => {
    for (let round = 0; round < 10; round++) {
      const wanted = asking({ expiresInSeconds: 10 })
      const asked = await first().ask(wanted)
      clock.advance(10_000)
      const [again, ...late] = await Promise.all([
        spread(round).desk.request(wanted),
        ...[0, 1, 2].map((i) => spread(i).desk.decide(press(asked, place(i), `U${i}`, 'approve'))),
        ...[0, 1].map((i) => spread(i).desk.withdraw({ approvalId: asked.id })),
      ])
      for (const outcome of late) {
        expect(outcome).toMatchObject({ ok: false, refusal: { code: 'approval_expired', first: null } })
      }
      expect(again).toMatchObject({ ok: true, value: { created: true, approval: { status: 'pending' } } })
      const { approval, decisions, audit, events } = await recordOf(first().db, asked.id)
      expect(approval).toMatchObject({ status: 'expired', closed_at: clock.now() })
      expect(decisions).toEqual([])
      expect(audit).toEqual(['approval.expired', 'approval.requested'])
      expect(events).toEqual(audit)
    }
  })

  test('an approval is decided or withdrawn, never both, when both come at once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await first().ask()
      const decide = () => spread(0).desk.decide(press(asked, place(0), 'U1', 'deny'))
      const withdraw = () => spread(1).desk.withdraw({ approvalId: asked.id, ownerKeyId: OWNER })
      const outcomes = await Promise.all(round % 2 ? [decide(), withdraw()] : [withdraw(), decide()])
      if (round % 2 === 0) outcomes.reverse()

      const [decided, withdrawn] = outcomes.map((outcome) => outcome.ok)
      expect(withdrawn).toBe(!decided)
      const refusal = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal]))
      expect(refusal).toMatchObject([
        {
          code: 'already_decided',
          text: decided ? 'Already denied' : 'Already withdrawn',
          first: decided ? 'Reviewer U1' : null,
        },
      ])
      const record = await recordOf(first().db, asked.id)
      expect(record.approval.status).toBe(decided ? 'denied' : 'withdrawn')
      expect(record.decisions).toHaveLength(decided ? 1 : 0)
      expect(record.events).toEqual(
        ['approval.requested', decided ? 'approval.decided' : 'approval.withdrawn'].sort(),
      )
      expect(record.audit).toHaveLength(2)
    }
  })

  test('the same press many times at once and again later is one vote with one outcome', async () => {
    for (let round = 0; round < 20 * EFFORT; round++) {
      const asked = await first().ask()
      const command = press(asked, place(0), `U${round}`, 'approve')
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, i) => after(i, () => spread(i).desk.decide(command))),
      )
      await first().desk.decide(press(asked, place(1), 'U99', 'deny'))
      outcomes.push(await spread(1).desk.decide(command))

      expect(outcomes[0]).toMatchObject({ ok: true, value: { status: 'approved' } })
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
      const { decisions, audit } = await recordOf(first().db, asked.id)
      expect(decisions).toHaveLength(1)
      expect(audit).toEqual(['approval.requested', 'approval.reviewed'])
    }
  })

  test('a press is not taken for another verdict or another approval, also not at the same moment', async () => {
    const reused = { ok: false, refusal: { code: 'idempotency_key_reused' } }
    for (let round = 0; round < 20; round++) {
      const [one, other] = [await first().ask(), await first().ask()]
      const command = press(one, place(0), `U${round}`, 'approve')
      const outcomes = await Promise.all([
        spread(0).desk.decide(command),
        spread(1).desk.decide({
          ...press(other, place(0), `U${round}`, 'approve'),
          interactionId: command.interactionId,
        }),
      ])
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
      expect(outcomes.find((outcome) => !outcome.ok)).toMatchObject(reused)
      const records = await Promise.all([one, other].map(({ id }) => recordOf(first().db, id)))
      expect(records.map(({ approval }) => approval.status).sort()).toEqual(['approved', 'pending'])
      expect(records.flatMap(({ decisions }) => decisions)).toHaveLength(1)
      const again = outcomes[0]?.ok ? one : other
      expect(await first().desk.decide({ ...command, approvalId: again.id, verdict: 'deny' })).toMatchObject(
        reused,
      )
    }
  })

  test('20 identical requests at once are one approval, and one of them made it', async () => {
    for (let round = 0; round < 10; round++) {
      const wanted = asking()
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => spread(i).desk.request(wanted)))
      const answers = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
      expect(answers).toHaveLength(20)
      expect(answers.filter((answer) => answer.created)).toHaveLength(1)
      for (const answer of answers) expect(answer.approval).toEqual(answers[0]?.approval)
      const { audit, deliveries } = await recordOf(first().db, answers[0]?.approval.id as string)
      expect(audit).toEqual(['approval.requested'])
      expect(deliveries).toHaveLength(places.length)
    }
  })

  test('one Idempotency-Key ten times at once is one approval, and another body is refused', async () => {
    for (let round = 0; round < 10; round++) {
      const wanted = asking({ idempotencyKey: `key ${round}` })
      const outcomes = await Promise.all(Array.from({ length: 10 }, (_, i) => spread(i).desk.request(wanted)))
      const answers = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
      expect(answers.filter((answer) => answer.created)).toHaveLength(1)
      expect(new Set(answers.map((answer) => answer.approval.id)).size).toBe(1)
      expect(answers).toHaveLength(10)

      const approvalId = answers[0]?.approval.id as string
      await spread(1).desk.withdraw({ approvalId })
      const [later, changed] = await Promise.all([
        spread(0).desk.request(wanted),
        spread(1).desk.request({ ...wanted, reasons: ['ANOTHER'] }),
      ])
      expect(later).toMatchObject({
        ok: true,
        value: { created: false, approval: { id: approvalId, status: 'withdrawn' } },
      })
      expect(changed).toMatchObject({ ok: false, refusal: { code: 'idempotency_key_reused' } })
    }
  })
})
