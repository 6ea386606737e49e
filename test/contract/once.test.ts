// Proves that of many requests at once under one Idempotency-Key one is done, and that keys are forgotten in time.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAcknowledge } from '../../src/alerts/acknowledge.ts'
import type { Alert } from '../../src/events/emit.ts'
import { createIntake } from '../../src/events/intake.ts'
import { createForgetKeys } from '../../src/idempotency/retention.ts'
import { rememberCard } from '../../src/store/posted-cards.ts'
import { databases } from '../fakes/databases.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { asking, type Office, OWNER, openOffice, press, recordOf, taken } from '../fakes/office.ts'

const publicUrl = 'http://countersign.test'
const HOUR_MS = 60 * 60 * 1000
const AT_ONCE = 8
const ROUNDS = 10
const INCIDENT: Alert = {
  type: 'incident',
  severity: 'high',
  agent: null,
  tool: null,
  environment: null,
  summary: 'It burns',
  action: null,
  data: {},
  keyId: OWNER,
  keyName: 'Refund key',
}

describe.each(databases)('on $name', ({ name, create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let clock: ManualClock
  /** PostgreSQL: two processes' worth. */
  let offices: Office[]
  let place: string

  beforeEach(async () => {
    database = await create()
    clock = manualClock()
    const processes = name === 'sqlite' ? 1 : 2
    offices = await Promise.all(Array.from({ length: processes }, () => openOffice(database.url, clock)))
    place = await first().destination()
  })
  afterEach(async () => {
    await Promise.all(offices.map((office) => office.close()))
    await database.drop()
  })

  const first = () => offices[0] as Office
  const intakeOf = ({ db }: Office) => createIntake({ db, clock, publicUrl })
  const keyOf = (round: number) => ({ idempotency: { apiKeyId: OWNER, key: `key ${round}` } })
  const atOnce = <T>(act: (office: Office) => Promise<T>) =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, i) => act(offices[i % offices.length] as Office)))
  const all = (table: 'events' | 'deliveries' | 'audit' | 'idempotency_keys') =>
    first().db.read.selectFrom(table).selectAll().execute() as Promise<Record<string, unknown>[]>

  test('a vote is recorded once, and everybody is told the same', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await first().ask()
      const outcomes = await atOnce(({ desk }) =>
        desk.decide(press(asked, place, 'U1', 'approve', keyOf(round))),
      )
      expect(outcomes[0]).toMatchObject({ ok: true, value: { status: 'approved' } })
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
      expect((await recordOf(first().db, asked.id)).decisions).toHaveLength(1)
    }
  })

  test('of two approvals one is decided, and the other is told that the key is taken', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await first().ask(), await first().ask()]
      let turn = 0
      const outcomes = await atOnce(({ desk }) =>
        desk.decide(press(turn++ % 3 ? one : other, place, 'U1', 'deny', keyOf(round))),
      )
      const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal.code]))
      expect(new Set(refusals)).toEqual(new Set(['idempotency_key_reused']))
      const records = await Promise.all([one, other].map(({ id }) => recordOf(first().db, id)))
      expect(records.flatMap(({ decisions }) => decisions)).toHaveLength(1)
    }
  })

  test('a batch of events is told once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const alerts = [INCIDENT, { ...INCIDENT, summary: 'It still burns' }]
      const { idempotency } = keyOf(round)
      const outcomes = await atOnce((office) => intakeOf(office).take(alerts, idempotency))
      const events = outcomes.map((outcome) => outcome.ok && outcome.events)
      for (const one of events) expect(one).toEqual(events[0])
      expect(outcomes.filter((outcome) => outcome.ok && outcome.isNew)).toHaveLength(1)
      expect(await all('events')).toHaveLength(2 * (round + 1))
      expect(await all('deliveries')).toHaveLength(2 * (round + 1))
    }
  })

  test('an acknowledgement and a withdrawal are on record once', async () => {
    const [alert] = await taken(intakeOf(first()), [INCIDENT])
    const eventId = alert?.id as string
    await first().db.transact((trx) =>
      rememberCard(trx, {
        destination_id: place,
        handle: 'card',
        subject_id: eventId,
        posted_at: 1,
        whole: 1,
      }),
    )
    const { by } = press({ id: '' }, place, 'U1', 'approve')
    const at = { destinationIds: [place], handle: 'card' }
    const seen = await atOnce(({ db }) =>
      createAcknowledge({ db, clock, publicUrl })({ eventId, by, at, ...keyOf(1) }),
    )
    for (const outcome of seen) expect(outcome).toMatchObject({ ok: true, value: { id: eventId } })

    const { id: approvalId } = await first().ask()
    const taking = { approvalId, ownerKeyId: OWNER, ...keyOf(1) }
    const withdrawn = await atOnce(({ desk }) => desk.withdraw(taking))
    for (const outcome of withdrawn)
      expect(outcome).toMatchObject({ ok: true, value: { status: 'withdrawn' } })
    const actions = (await all('audit')).map(({ action }) => action)
    expect(actions.filter((action) => action !== 'approval.requested').sort()).toEqual([
      'approval.withdrawn',
      'event.acknowledged',
    ])
  })

  test('a key is known for 24 hours, and its row goes an hour later', async () => {
    const forget = createForgetKeys({ db: first().db, clock })
    const many = Array.from({ length: 1_200 }, (_, i) => asking({ idempotencyKey: `many ${i}` }))
    await Promise.all(many.map((command) => first().desk.request(command)))
    clock.advance(HOUR_MS)
    const last = asking({ idempotencyKey: 'last' })
    await first().desk.request(last)

    clock.advance(23 * HOUR_MS)
    const [command] = many
    expect(await first().desk.request(command as typeof last)).toMatchObject({ value: { created: false } })
    clock.advance(HOUR_MS)
    expect(await forget()).toBe(0)
    // Nobody has come to delete it yet, and it is not known any more.
    expect(await first().desk.request(command as typeof last)).toMatchObject({ value: { created: true } })
    expect(await first().desk.request(last)).toMatchObject({ value: { created: false } })
    clock.advance(1)
    expect(await forget()).toBe(1_199)
    expect((await all('idempotency_keys')).map(({ key }) => key).sort()).toEqual(['last', 'many 0'])
  })
})
