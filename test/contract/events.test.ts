// Shows which destinations are told of which alerts and approvals, also when some of them fail or are gone.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Alert } from '../../src/events/emit.ts'
import { createIntake } from '../../src/events/intake.ts'
import { Failed, Misconfigured, Throttled, Undeliverable } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { taken } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const alert = (wanted: Partial<Alert> = {}): Alert => ({
  type: 'incident',
  severity: 'critical',
  agent: null,
  tool: null,
  environment: null,
  summary: 'Something happened',
  action: null,
  data: {},
  keyId: null,
  keyName: null,
  ...wanted,
})

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  async function tell(wanted: Partial<Alert> = {}): Promise<string> {
    const { clock, office } = room
    const intake = createIntake({ db: office.db, clock, publicUrl: 'http://countersign.test' })
    const [event] = await taken(intake, [alert(wanted)])
    office.db.signals.publish('deliveries', '')
    return event?.id as string
  }
  const table = (name: 'deliveries' | 'events' | 'destinations' | 'delivery_attempts') =>
    room.office.db.read.selectFrom(name).selectAll().orderBy('id').execute() as Promise<
      Record<string, unknown>[]
    >
  const deliveriesTo = async (place: string) =>
    (await table('deliveries')).filter((row) => row.destination_id === place)
  const once = (place: string, wanted: object) =>
    eventually(async () =>
      (await deliveriesTo(place)).find((row) =>
        Object.entries(wanted).every(([name, value]) => row[name] === value),
      ),
    )
  const isQuiet = () =>
    eventually(async () => {
      const free = (await table('destinations')).every((row) => row.lease_id === null)
      const places = new Set(
        (await table('destinations')).flatMap((row) => (row.enabled === 1 ? [row.id] : [])),
      )
      const due = (await table('deliveries')).some(
        (row) => row.state === 'pending' && places.has(row.destination_id),
      )
      return free && !due
    })

  test('that a destination is gone is told to the others, and not to itself', async () => {
    const [gone, other] = [await room.office.destination({ name: 'Ops' }), await room.office.destination()]
    const deaf = await room.office.destination({ events: '["budget.*"]' })
    room.platform.fail(new Undeliverable('destination', 'channel_not_found'), { to: gone })
    await room.worker()
    const incident = await tell()
    await isQuiet()
    const [, told] = await table('events')
    expect(told).toMatchObject({ type: 'destination.disabled', severity: 'high', action: 'disabled' })
    expect(told?.summary).toBe('The destination "Ops" was switched off: channel_not_found')
    expect(JSON.parse(told?.data as string)).toMatchObject({
      destination_id: gone,
      reason: 'channel_not_found',
    })
    expect(await deliveriesTo(other)).toMatchObject([
      { event_id: incident, state: 'delivered' },
      { event_id: told?.id, state: 'delivered' },
    ])
    expect(await deliveriesTo(gone)).toMatchObject([{ event_id: incident, state: 'pending', attempts: 0 }])
    expect(await deliveriesTo(deaf)).toEqual([])
    expect(await table('delivery_attempts')).toContainEqual(
      expect.objectContaining({ code: 'channel_not_found' }),
    )
  })

  test('that a setting of a destination is wrong is told once, and not anew at each send between those that succeed', async () => {
    const place = await room.office.destination({ name: 'Splunk', events: '["incident"]' })
    const other = await room.office.destination({ events: '["destination.*"]' })
    const misconfigured = async () =>
      (await table('destinations')).find(({ id }) => id === place)?.misconfigured
    const fail = (code: string) => room.platform.fail(new Misconfigured(code), { to: place })
    const incident = async () => {
      const id = await tell()
      await eventually(async () =>
        (await deliveriesTo(place)).some((row) => row.event_id === id && row.attempts !== 0),
      )
      await eventually(async () => (await table('destinations')).every((row) => row.lease_id === null))
    }
    await room.worker()
    fail('incorrect_index')
    await incident()
    fail('incorrect_index')
    await incident()
    expect(await misconfigured()).toBe('incorrect_index')
    expect((await deliveriesTo(place)).map(({ state }) => state)).toEqual(['pending', 'pending'])
    await incident()
    expect(await misconfigured()).toBeNull()
    fail('invalid_token')
    await incident()
    // Another machine behind the same address takes the next one, and then it is the first one's turn again.
    await incident()
    fail('invalid_token')
    await incident()
    expect(await misconfigured()).toBe('invalid_token')

    await eventually(async () => (await deliveriesTo(other)).every(({ state }) => state === 'delivered'))
    const told = (await table('events')).filter(({ type }) => type === 'destination.misconfigured')
    expect(told.map(({ summary }) => summary)).toEqual([
      'The destination "Splunk" takes nothing until a setting is corrected: incorrect_index',
      'The destination "Splunk" takes nothing until a setting is corrected: invalid_token',
    ])
    expect(told[0]).toMatchObject({ severity: 'high', action: 'retried' })
    expect(await deliveriesTo(other)).toMatchObject(told.map(({ id }) => ({ event_id: id })))
    expect((await table('destinations')).map(({ enabled }) => enabled)).toEqual([1, 1])
  })

  test('when all are gone each is told of once, and it ends there', async () => {
    const places = await Promise.all(Array.from({ length: 4 }, () => room.office.destination()))
    room.platform.fail(new Undeliverable('destination', 'gone'), {}, 1_000)
    await tell()
    await room.worker()
    await eventually(async () => (await table('destinations')).every((row) => row.enabled === 0))
    await isQuiet()
    expect((await table('events')).map((row) => row.type).sort()).toEqual([
      ...places.map(() => 'destination.disabled'),
      'incident',
    ])
    expect(room.platform.tried).toHaveLength(places.length)
  })

  test('a throttled send is on record and costs no attempt', async () => {
    const place = await room.office.destination()
    room.platform.fail(new Throttled(30_000))
    await room.worker()
    await tell()
    await eventually(async () => (await table('delivery_attempts')).length === 1)
    expect(await deliveriesTo(place)).toMatchObject([{ state: 'pending', attempts: 0 }])
    room.advance(30_000)
    await once(place, { state: 'delivered', attempts: 1 })
    expect(await table('delivery_attempts')).toMatchObject([{ code: 'throttled' }, { code: null }])
  })

  const SCHEDULES = { prompt: [5, 20, 60, 180, 480], patient: [60, 300, 1_800, 7_200, 86_400] }
  test.each([
    ['prompt', null, 'prompt'],
    ['patient', null, 'patient'],
    ['prompt', 'patient', 'patient'],
    ['patient', 'prompt', 'prompt'],
  ] as const)('of a %s kind, and %s itself, it is tried again as %s says', async (kind, own, followed) => {
    await room.close()
    room = await openPostRoom(create, { retryPolicy: kind })
    const place = await room.office.destination({ retry_policy: own })
    room.platform.fail(new Failed('http_500'), {}, 100)
    await room.worker()
    await tell()
    for (const [i, seconds] of SCHEDULES[followed].entries()) {
      const { next_attempt_at } = await once(place, { attempts: i + 1, state: 'pending' })
      const waitMs = (next_attempt_at as number) - room.clock.now()
      expect(Math.abs(waitMs - seconds * 1_000)).toBeLessThanOrEqual(seconds * 200)
      room.advance(waitMs)
    }
    await once(place, { attempts: 6, state: 'dead' })
    expect(room.platform.tried).toHaveLength(6)
  })

  test('where messages cannot be redrawn each event that is listened to arrives, and only those', async () => {
    Object.assign(room.platform, { redraw: undefined })
    const places = {
      all: await room.office.destination(),
      asked: await room.office.destination({ events: '["approval.requested"]' }),
      ended: await room.office.destination({ events: '["approval.decided","approval.withdrawn"]' }),
      risky: await room.office.destination({ min_severity: 'high' }),
    }
    await room.worker()
    const approval = await room.office.ask({ risk: { level: 'medium', score: null } })
    await isQuiet()
    await room.office.desk.withdraw({ approvalId: approval.id })
    room.advance(1)
    await isQuiet()
    const heard = (place: string) =>
      room.platform.sent.flatMap(({ to, what, status }) => (to === place ? [`${what} ${status}`] : []))
    expect(heard(places.all)).toEqual(['post pending', 'post withdrawn'])
    expect(heard(places.asked)).toEqual(['post pending'])
    expect(heard(places.ended)).toEqual(['post withdrawn'])
    expect(heard(places.risky)).toEqual([])
    expect((await deliveriesTo(places.asked)).map(({ state }) => state)).toEqual(['delivered', 'skipped'])
  })

  test('what is tried again holds back the rest of its own card and nothing else', async () => {
    const place = await room.office.destination()
    const one = await room.office.ask()
    room.platform.fail(new Failed('http_500'), { about: one.id })
    await room.worker()
    await once(place, { attempts: 1, state: 'pending' })
    const two = await room.office.ask()
    const incident = await tell()
    await room.office.desk.withdraw({ approvalId: one.id })
    room.advance(1)
    await eventually(() => room.platform.sent.length === 2)
    expect(room.platform.sent.map(({ about }) => about).sort()).toEqual([two.id, incident].sort())
    room.advance(6_000)
    await isQuiet()
    expect(room.platform.cards(one.id)).toEqual({ 'message 3': 'withdrawn' })
  })
})
