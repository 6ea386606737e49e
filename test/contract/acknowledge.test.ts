// Shows that the first who may acknowledges an alert, recorded once, and that all who were told of it hear who.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acknowledge, createAcknowledge } from '../../src/alerts/acknowledge.ts'
import type { Alert } from '../../src/events/emit.ts'
import { createIntake } from '../../src/events/intake.ts'
import { createAlertQueries } from '../../src/events/queries.ts'
import type { Principal } from '../../src/identity/principal.ts'
import { rememberCard } from '../../src/store/posted-cards.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { member, type Office, openOffice, taken } from '../fakes/office.ts'

const URL = 'http://countersign.test'
const VIOLATION: Alert = {
  type: 'policy.violation',
  severity: 'high',
  agent: { id: 'agent-1', name: 'Refund agent' },
  tool: 'gmail.send',
  environment: 'production',
  summary: 'An address was about to leave',
  action: 'blocked',
  data: { policy: 'no-pii' },
  keyId: null,
  keyName: null,
}
const PEOPLE = 30
const ROUNDS = 15 * EFFORT

describe.each(databases)('on $name', ({ name, create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let clock: ManualClock
  let office: Office
  /** PostgreSQL: of two processes. */
  let acknowledges: Acknowledge[]
  let others: Office[]

  const acknowledgeOf = ({ db }: Office) => createAcknowledge({ db, clock, publicUrl: URL })
  const acknowledge: Acknowledge = (command) => (acknowledges[0] as Acknowledge)(command)
  const intake = () => createIntake({ db: office.db, clock, publicUrl: URL })
  const alerts = () => createAlertQueries({ db: office.db, publicUrl: URL })

  beforeEach(async () => {
    database = await create()
    clock = manualClock()
    office = await openOffice(database.url, clock)
    others = name === 'postgres' ? [await openOffice(database.url, clock)] : []
    acknowledges = [office, ...others].map(acknowledgeOf)
  })
  afterEach(async () => {
    await Promise.all([office, ...others].map((one) => one.close()))
    await database.drop()
  })

  async function tell(wanted: Partial<Alert> = {}): Promise<string> {
    const [event] = await taken(intake(), [{ ...VIOLATION, ...wanted }])
    return event?.id as string
  }
  const handleOf = (eventId: string) => `card of ${eventId}`
  const posted = (eventId: string, destination_id: string) =>
    office.db.transact((trx) =>
      rememberCard(trx, {
        destination_id,
        handle: handleOf(eventId),
        subject_id: eventId,
        posted_at: 1,
        whole: 1,
      }),
    )
  /** Pressed on the card of the alert that stands at that destination. */
  const press = (eventId: string, place: string, by: Principal = member('Ana')) => ({
    eventId,
    by,
    at: { destinationIds: [place], handle: handleOf(eventId) },
  })

  async function recordOf(eventId: string) {
    const { read } = office.db
    const all = (table: 'events' | 'deliveries' | 'audit' | 'persons' | 'posted_cards') =>
      read.selectFrom(table).selectAll().execute() as Promise<Record<string, unknown>[]>
    const [events, deliveries, audit, persons, cards] = await Promise.all([
      all('events'),
      all('deliveries'),
      all('audit'),
      all('persons'),
      all('posted_cards'),
    ])
    const told = events.filter((event) => event.about === eventId)
    const acknowledgements = await read.selectFrom('acknowledgements').selectAll().execute()
    return {
      acknowledgements: acknowledgements.filter((row) => row.event_id === eventId),
      told,
      audit: audit.filter((row) => row.subject === eventId),
      /** Of the news, in their order. */
      deliveries: deliveries
        .filter((row) => told.some(({ id }) => id === row.event_id))
        .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)),
      persons,
      cards: cards.filter((row) => row.subject_id === eventId),
    }
  }
  const everything = async () => {
    const { read } = office.db
    const tables = ['events', 'deliveries', 'audit', 'persons', 'posted_cards', 'acknowledgements'] as const
    return Promise.all(tables.map((table) => read.selectFrom(table).selectAll().execute()))
  }

  test('who and when is recorded once, on record, and told as an event of its own', async () => {
    const place = await office.destination()
    const id = await tell()
    await posted(id, place)
    clock.advance(60_000)
    const at = new Date(clock.now()).toISOString()
    const outcome = await acknowledge(press(id, place))
    const seen = { by: 'Reviewer Ana', source: 'scripted', at }
    expect(outcome).toMatchObject({ ok: true, value: { id, type: 'policy.violation', acknowledged: seen } })
    expect(await alerts().find(id)).toMatchObject({ acknowledged: seen })

    const { acknowledgements, told, audit, deliveries, persons } = await recordOf(id)
    expect(acknowledgements).toMatchObject([{ name: 'Reviewer Ana', acknowledged_at: clock.now() }])
    expect(acknowledgements[0]?.person_id).toBe(persons[0]?.id)
    const news = await alerts().find(told[0]?.id as string)
    expect(news).toMatchObject({
      type: 'event.acknowledged',
      severity: 'high',
      agent: VIOLATION.agent,
      tool: 'gmail.send',
      environment: 'production',
      summary: 'Reviewer Ana acknowledged: An address was about to leave',
      action: 'acknowledged',
      acknowledged: null,
    })
    expect(news?.data).toEqual({
      event_id: id,
      type: 'policy.violation',
      acknowledged_by: 'Reviewer Ana',
      source: 'scripted',
      acknowledged_at: at,
    })
    expect(deliveries).toMatchObject([{ destination_id: place, subject_id: id, state: 'pending' }])

    expect(audit.map(({ action }) => action)).toEqual(['event.acknowledged'])
    const { facts } = JSON.parse(audit[0]?.canonical as string)
    expect(facts).toEqual({
      type: 'policy.violation',
      reviewer: { id: persons[0]?.id, platform: 'scripted', tenant: 'T1', user_id: 'Ana' },
      source: 'scripted',
      card: { destination_id: place, handle: handleOf(id) },
    })
    expect(audit[0]?.canonical).not.toContain('Reviewer Ana')
  })

  test('the same press again, and one more of the same person, changes nothing and is told the same', async () => {
    const place = await office.destination()
    const id = await tell()
    await posted(id, place)
    const first = await acknowledge(press(id, place))
    const before = await recordOf(id)
    clock.advance(1_000)
    expect(await acknowledge(press(id, place))).toEqual(first)
    expect(await recordOf(id)).toMatchObject({
      acknowledgements: before.acknowledgements,
      told: before.told,
      audit: before.audit,
      persons: before.persons,
    })
  })

  test('somebody else is told who was first, and the card that could still be pressed is drawn again', async () => {
    const place = await office.destination()
    const id = await tell()
    await posted(id, place)
    await acknowledge(press(id, place))
    await office.db.transact((trx) =>
      trx.updateTable('deliveries').set({ state: 'delivered', finished_at: clock.now() }).execute(),
    )
    clock.advance(1_000)
    expect(await acknowledge(press(id, place, member('Ben')))).toMatchObject({
      ok: false,
      refusal: { code: 'already_acknowledged', status: 409, first: 'Reviewer Ana' },
    })
    const { told, deliveries, persons } = await recordOf(id)
    expect(told).toHaveLength(1)
    expect(persons).toHaveLength(1)
    expect(deliveries).toMatchObject([{ state: 'pending', next_attempt_at: clock.now() }])
  })

  test(
    `of ${PEOPLE} people at once one is first, in whatever process, ${ROUNDS} times`,
    async () => {
      const places = [await office.destination(), await office.destination()]
      for (let round = 0; round < ROUNDS; round++) {
        const id = await tell()
        for (const place of places) await posted(id, place)
        const outcomes = await Promise.all(
          Array.from({ length: PEOPLE }, (_, i) =>
            (acknowledges[i % acknowledges.length] as Acknowledge)(
              press(id, places[i % places.length] as string, member(`U${i}`)),
            ),
          ),
        )
        const [winner, ...more] = outcomes.flatMap((outcome, i) => (outcome.ok ? [i] : []))
        expect(more).toEqual([])
        const first = `Reviewer U${winner}`
        for (const outcome of outcomes) {
          if (!outcome.ok) expect(outcome.refusal).toMatchObject({ code: 'already_acknowledged', first })
        }
        const { acknowledgements, told, audit, deliveries } = await recordOf(id)
        expect(acknowledgements).toMatchObject([{ name: first }])
        expect([told.length, audit.length, deliveries.length]).toEqual([1, 1, places.length])
      }
    },
    120_000 * EFFORT,
  )

  test('every destination that was told hears it whatever its filters, the clicked one first, and those who listen', async () => {
    const alertsOnly = await office.destination({ events: '["policy.*"]' })
    const clicked = await office.destination({ events: '["policy.violation"]' })
    const both = await office.destination()
    const newsOnly = await office.destination({ events: '["event.*"]' })
    const neither = await office.destination({ events: '["budget.*"]' })
    const tooQuiet = await office.destination({ min_severity: 'critical' })
    const id = await tell()
    await posted(id, clicked)
    await acknowledge(press(id, clicked))
    const heard = (await recordOf(id)).deliveries.map(({ destination_id }) => destination_id)
    expect(heard[0]).toBe(clicked)
    expect([...heard].sort()).toEqual([alertsOnly, clicked, both, newsOnly].sort())
    expect(heard).not.toContain(neither)
    expect(heard).not.toContain(tooQuiet)
  })

  test('the acknowledgement of a test reaches only the destination that was tried', async () => {
    const [tried] = [await office.destination(), await office.destination()]
    const { id } = await intake().sendTest({ ...VIOLATION, data: { test: true } }, tried)
    await posted(id, tried)
    expect(await acknowledge(press(id, tried))).toMatchObject({ ok: true })
    const { deliveries } = await recordOf(id)
    expect(deliveries.map(({ destination_id }) => destination_id)).toEqual([tried])
  })

  test('the name on record is the directory’s, whatever somebody calls themselves', async () => {
    const place = await office.destination()
    const id = await tell()
    await posted(id, place)
    const by = 'Reviewer Ines (@Ana (CISO))'
    const ines = member('Ines', { displayName: 'Ana (CISO)' })
    expect(await acknowledge(press(id, place, ines))).toMatchObject({
      ok: true,
      value: { acknowledged: { by } },
    })
    expect((await recordOf(id)).acknowledgements).toMatchObject([{ name: by }])
  })

  test('an alert of our own is acknowledged as any', async () => {
    const place = await office.destination()
    const id = await tell({ type: 'destination.disabled', agent: null, tool: null, environment: null })
    await posted(id, place)
    expect(await acknowledge(press(id, place))).toMatchObject({
      ok: true,
      value: { agent: null, acknowledged: { by: 'Reviewer Ana' } },
    })
    expect((await recordOf(id)).told).toMatchObject([{ agent_id: null, agent_name: null, tool: null }])
  })

  test('a card that we do not remember is adopted where the alert was sent, and drawn like the others', async () => {
    const place = await office.destination()
    const id = await tell()
    expect(await acknowledge(press(id, place))).toMatchObject({ ok: true })
    expect((await recordOf(id)).cards).toMatchObject([{ destination_id: place, handle: handleOf(id) }])
  })

  describe('refused, and nothing of it is on record:', () => {
    let place: string
    let id: string
    beforeEach(async () => {
      place = await office.destination({ events: '["policy.*"]' })
      id = await tell()
      await posted(id, place)
    })
    async function refused(
      command: Parameters<Acknowledge>[0],
      code: string,
      text: unknown = expect.anything(),
    ) {
      const before = await everything()
      expect(await acknowledge(command)).toMatchObject({ ok: false, refusal: { code, text } })
      expect(await everything()).toEqual(before)
    }

    test.each([
      ['guest', 'not_a_member', 'Guests may not acknowledge an alert; ask a full member'],
      ['bot', 'not_a_member', 'Bots may not acknowledge an alert'],
      ['external', 'not_a_member', 'Only members of a workspace that was sent this alert may acknowledge it'],
      ['unknown', 'reviewer_unverified', expect.stringContaining('could not be verified')],
    ] as const)('somebody who is %s', (standing, code, text) =>
      refused(press(id, place, { ...member('Gil'), standing } as Principal), code, text),
    )

    test('a press where no card of ours stands', () =>
      refused({ eventId: id, by: member('Ana') }, 'not_a_member'))

    test('a card at a destination that was not sent this alert', async () => {
      const elsewhere = await office.destination()
      await refused(press(id, elsewhere), 'not_a_member')
    })

    test('the card of another alert', async () => {
      const other = await tell()
      await posted(other, place)
      await refused({ ...press(other, place), eventId: id }, 'not_a_member')
    })

    test('an approval, and an event of one', async () => {
      const asked = await office.ask()
      await refused(press(asked.id, place), 'event_not_found')
      const [event] = await office.db.read
        .selectFrom('events')
        .selectAll()
        .where('approval_id', '=', asked.id)
        .execute()
      await refused(press(event?.id as string, place), 'event_not_found')
    })

    test('what is no event at all', async () => {
      for (const text of ['', 'evt_', 'evt_\0', `evt_${'0'.repeat(26)}`, "' or 1=1"]) {
        await refused(press(text, place), 'event_not_found')
      }
    })

    test('an acknowledgement', async () => {
      await acknowledge(press(id, place))
      const [news] = (await recordOf(id)).told
      await refused(press(news?.id as string, place), 'event_not_found')
    })
  })
})
