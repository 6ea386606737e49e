// Shows that alerts keep quiet hours and the pace that people chose, and that none is lost.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIntake } from '../../src/events/intake.ts'
import type { DestinationSettings } from '../../src/events/settings.ts'
import { Failed, type Message, Undeliverable } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** The clock of a post room begins at midnight UTC. */
const NIGHT = { quiet_hours_start: '22:00', quiet_hours_end: '06:00' }
const MORNING_MS = 6 * HOUR_MS

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  const place = (settings: Partial<DestinationSettings>) =>
    room.office.destination({ settings: JSON.stringify(settings) })
  const pending = async () =>
    room.office.db.read
      .selectFrom('deliveries')
      .selectAll()
      .where('state', '=', 'pending')
      .orderBy('id')
      .execute()
  const sent = () => room.platform.sent.map(({ what, about }) => `${what} ${about}`)
  /** Resolves once nothing waits before `until`. */
  const heldUntil = (until: number, count: number) =>
    eventually(async () => {
      const rows = await pending()
      return rows.length === count && rows.every((row) => row.next_attempt_at >= until) ? rows : undefined
    })

  test('alerts of quiet hours are held, and come as one digest in the morning', async () => {
    await place(NIGHT)
    await room.worker()
    const morning = room.clock.now() + MORNING_MS
    const one = await room.tell({}, { severity: 'low' })
    await heldUntil(morning, 2)
    room.advance(5 * HOUR_MS)
    const two = await room.tell({ type: 'pii.detected' })
    const held = await heldUntil(morning, 3)
    expect(held.map(({ attempts, last_error }) => ({ attempts, last_error }))).toEqual(
      held.map(() => ({ attempts: 0, last_error: null })),
    )
    expect(sent()).toEqual([])

    room.advance(HOUR_MS - 1)
    await heldUntil(morning, 3)
    room.advance(1)
    await eventually(async () => (await pending()).length === 0)
    expect(sent()).toEqual([`digest ${[...one, ...two].map(({ id }) => id).join()}`])
    const [late] = await room.tell({})
    await eventually(() => room.platform.sent.length === 2)
    expect(sent().at(-1)).toBe(`post ${late?.id}`)
  })

  test('a single alert of the night comes as itself', async () => {
    await place(NIGHT)
    await room.worker()
    const [event] = await room.tell({})
    await heldUntil(room.clock.now() + MORNING_MS, 1)
    room.advance(MORNING_MS)
    await eventually(() => room.platform.sent.length === 1)
    expect(sent()).toEqual([`post ${event?.id}`])
  })

  test('what is critical, an approval, its redraw and a test pass through quiet hours', async () => {
    const id = await place(NIGHT)
    await room.worker()
    const [held] = await room.tell({})
    const [worst] = await room.tell({ severity: 'critical' })
    const asked = await room.office.ask()
    await room.settled(asked.id, 1)
    await room.office.desk.withdraw({ approvalId: asked.id })
    const intake = createIntake({ db: room.office.db, clock: room.clock, publicUrl: '' })
    const tried = await intake.sendTest({ ...NEWS, summary: 'a test' }, id)
    await room.settled(asked.id, 2)
    await eventually(() => room.platform.sent.length === 4)
    expect(sent().toSorted()).toEqual(
      [`post ${worst?.id}`, `post ${asked.id}`, `redraw ${asked.id}`, `post ${tried.id}`].toSorted(),
    )
    const left = await eventually(async () => {
      const rows = await pending()
      return rows.length === 1 ? rows : undefined
    })
    expect(left.map(({ event_id }) => event_id)).toEqual([held?.id])
  })

  test('an alert that failed before quiet hours is not tried again in them', async () => {
    await place({ quiet_hours_start: '00:00', quiet_hours_end: '06:00' })
    room.clock.advance(-1_000)
    const [event] = await room.tell({})
    room.platform.fail(new Failed('http_500'))
    await room.worker()
    await eventually(() => room.platform.tried.length === 1)
    room.advance(10_000)
    await heldUntil(room.clock.now() + MORNING_MS - 9_000, 1)
    room.advance(MORNING_MS)
    await eventually(() => room.platform.sent.length === 1)
    expect(room.platform.tried).toHaveLength(2)
    expect(sent()).toEqual([`post ${event?.id}`])
  })

  test('one alert a minute, with fifty waiting: each arrives, a minute after the other, and cards wait for none', async () => {
    await place({ rate_per_minute: 1 })
    const events = await room.tell(...Array.from({ length: 50 }, (_, i) => ({ summary: `number ${i}` })))
    await room.worker()
    await eventually(() => room.platform.sent.length === 1)
    const asked = await room.office.ask()
    await room.settled(asked.id, 1)
    for (let minute = 1; minute < 50; minute++) {
      await heldUntil(room.clock.now() + 1, 50 - minute)
      room.advance(MINUTE_MS - 1)
      await heldUntil(room.clock.now() + 1, 50 - minute)
      room.advance(1)
      await eventually(() => room.platform.sent.length === minute + 2)
    }
    await eventually(async () => (await pending()).length === 0)
    expect(sent().filter((send) => !send.includes(asked.id))).toEqual(events.map(({ id }) => `post ${id}`))
  })

  test('where alerts have to wait for each other, what is critical goes first', async () => {
    await place({ rate_per_minute: 1 })
    await room.tell({}, {}, {})
    await room.worker()
    await eventually(() => room.platform.sent.length === 1)
    const [worst] = await room.tell({ severity: 'critical' })
    await heldUntil(room.clock.now() + 1, 3)
    room.advance(MINUTE_MS)
    await eventually(() => room.platform.sent.length === 2)
    expect(sent().at(-1)).toBe(`post ${worst?.id}`)
  })

  test('five hundred waiting alerts become one digest, in order, and nothing is lost or sent twice', async () => {
    await place({ digest_after: 10 })
    const events = await room.tell(...Array.from({ length: 500 }, (_, i) => ({ summary: `number ${i}` })))
    await room.worker()
    await eventually(async () => (await pending()).length === 0)
    expect(sent()).toEqual([`digest ${events.map(({ id }) => id).join()}`])
    const states = await room.office.db.read.selectFrom('deliveries').select(['state', 'attempts']).execute()
    expect(states).toEqual(states.map(() => ({ state: 'delivered', attempts: 1 })))
    const attempts = await room.office.db.read.selectFrom('delivery_attempts').select('delivery_id').execute()
    expect(new Set(attempts.map((row) => row.delivery_id)).size).toBe(500)
  })

  test('as many alerts as the threshold come one by one', async () => {
    await place({ digest_after: 3 })
    const events = await room.tell({}, {}, {})
    await room.worker()
    await eventually(() => room.platform.sent.length === 3)
    expect(sent()).toEqual(events.map(({ id }) => `post ${id}`))
  })

  test('a digest that fails comes again whole, with what came meanwhile', async () => {
    await place({ digest_after: 1 })
    const events = await room.tell({}, {})
    room.platform.fail(new Failed('http_503'), { what: 'digest' })
    await room.worker()
    await eventually(async () => (await pending()).every(({ attempts }) => attempts === 1))
    expect(new Set((await pending()).map((row) => row.next_attempt_at)).size).toBe(1)
    const more = await room.tell({})
    await eventually(() => room.platform.sent.length === 1)
    room.advance(10_000)
    await eventually(async () => (await pending()).length === 0)
    expect(sent()).toEqual([`post ${more[0]?.id}`, `digest ${events.map(({ id }) => id).join()}`])
  })

  test('one alert that a platform refuses takes no other of its digest along', async () => {
    await place({ digest_after: 1 })
    const events = await room.tell(...Array.from({ length: 20 }, () => ({})))
    const bad = events[13]?.id as string
    const { digest } = room.platform
    room.platform.digest = async (given, to) => {
      if (given.events.some(({ id }) => id === bad)) throw new Undeliverable('message', 'invalid_payload')
      return (await digest?.(given, to)) ?? {}
    }
    await room.worker()
    await eventually(async () => (await pending()).length === 0)
    const told = room.platform.sent.flatMap(({ about }) => about.split(','))
    expect(told).toEqual(events.map(({ id }) => id).filter((id) => id !== bad))
    const dead = await room.office.db.read
      .selectFrom('deliveries')
      .selectAll()
      .where('state', '=', 'dead')
      .execute()
    expect(dead.map(({ event_id, last_error }) => [event_id, last_error])).toEqual([[bad, 'invalid_payload']])
  })

  test('where a platform refuses every digest, each alert is tried again, and given up only by the schedule', async () => {
    await place({ digest_after: 1 })
    const events = await room.tell(...Array.from({ length: 40 }, () => ({})))
    let digests = 0
    room.platform.digest = async () => {
      digests += 1
      throw new Undeliverable('message', 'invalid_payload')
    }
    await room.worker()
    await eventually(async () => (await pending()).every(({ attempts }) => attempts === 1))
    expect(digests).toBeLessThan(events.length)
    expect((await pending()).length).toBeGreaterThan(0)
  })

  test('people are called only where that was chosen, once, and not by a redraw', async () => {
    const calling = await place({ mention_on_critical: true })
    await place({})
    const mentioned: string[] = []
    const note = (to: { id: string }, message: Message) => {
      if (message.mention) mentioned.push(`${to.id} ${message.kind} ${message.event.severity}`)
    }
    const { post, redraw } = room.platform
    room.platform.post = (message, to) => {
      note(to, message)
      return post(message, to)
    }
    room.platform.redraw = async (handle, message, to) => {
      note(to, message)
      return (await redraw?.(handle, message, to)) ?? {}
    }
    await room.worker()
    await room.tell({ severity: 'critical' }, { severity: 'high' })
    const asked = await room.office.ask({ risk: { level: 'critical', score: null } })
    await room.settled(asked.id, 2)
    await room.office.desk.withdraw({ approvalId: asked.id })
    await room.settled(asked.id, 4)
    await eventually(async () => (await pending()).length === 0)
    expect(mentioned.toSorted()).toEqual([`${calling} alert critical`, `${calling} approval critical`])
  })

  test('a card is posted once though it was retried until its approval expired, and alerts go on', async () => {
    await place({ rate_per_minute: 60 })
    const asked = await room.office.ask({ expiresInSeconds: 10 })
    room.platform.fail(new Failed('http_500'), { what: 'post', about: asked.id }, 1)
    await room.worker()
    await eventually(() => room.platform.tried.length === 1)
    room.advance(11_000)
    await room.office.desk.expireDue()
    const [event] = await room.tell({})
    await eventually(async () => (await pending()).length === 0)
    expect(sent()).toEqual([`post ${event?.id}`])
  })

  test('the rate holds for all senders together, in whatever process', async () => {
    await place({ rate_per_minute: 6 })
    await room.tell(...Array.from({ length: 12 }, () => ({})))
    await room.worker()
    // SQLite has one server.
    if (name === 'postgres') await room.worker(await room.otherOffice())
    for (let sends = 1; sends <= 12; sends++) {
      await eventually(() => room.platform.sent.length === sends)
      await heldUntil(room.clock.now() + 1, 12 - sends)
      room.advance(10_000)
    }
    expect(new Set(sent()).size).toBe(12)
  })
})

describe.each(databases)('on $name, where an order was promised', ({ create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create, { orderKey: ({ agent }) => agent?.id ?? '' })
  })
  afterEach(() => room.close())

  test('an alert that waits for another try holds back the later ones of its key, and no others', async () => {
    await room.office.destination()
    const [first] = await room.tell({ summary: 'first' })
    room.platform.fail(new Failed('http_500'), { about: first?.id as string }, 2)
    await room.worker()
    await eventually(() => room.platform.tried.length === 1)
    const later = await room.tell({ severity: 'critical' }, { agent: { id: 'agent-2', name: 'Other' } }, {})
    await eventually(() => room.platform.sent.length === 1)
    expect(room.platform.sent.map(({ about }) => about)).toEqual([later[1]?.id])
    // Until the first has succeeded, or was given up.
    await eventually(() => {
      room.advance(5_000)
      return room.platform.sent.length === 4
    })
    const own = room.platform.sent.map(({ about }) => about).filter((about) => about !== later[1]?.id)
    expect(own).toEqual([first?.id, later[0]?.id, later[2]?.id])
  })
})

describe.each(databases)('on $name, for machines', ({ create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create, { batch: 5 })
  })
  afterEach(() => room.close())

  test('everything that is due goes in batches, approvals too, in the order in which it happened', async () => {
    await room.office.destination()
    const [one] = await room.tell({})
    room.clock.advance(1)
    const asked = await room.office.ask()
    room.clock.advance(1)
    const rest = await room.tell(...Array.from({ length: 5 }, () => ({})))
    await room.worker()
    await eventually(() => room.platform.sent.length === 2)
    const batches = room.platform.sent.map(({ about }) => about.split(','))
    expect(batches.map((batch) => batch.length)).toEqual([5, 2])
    expect(batches.flat()[0]).toBe(one?.id)
    expect(batches.flat().slice(2)).toEqual(rest.map(({ id }) => id))
    expect(await room.settled(asked.id, 1)).toHaveLength(1)
  })

  test('what follows is not told where nobody listens to it', async () => {
    delete room.platform.redraw
    await room.office.destination({ events: '["approval.requested"]' })
    await room.worker()
    const asked = await room.office.ask()
    await room.settled(asked.id, 1)
    await room.office.desk.withdraw({ approvalId: asked.id })
    await eventually(async () => (await room.deliveries(asked.id)).at(-1)?.state === 'skipped')
    expect(room.platform.sent).toHaveLength(1)
  })
})

const NEWS = {
  type: 'incident',
  severity: 'high',
  agent: null,
  tool: null,
  environment: null,
  summary: '',
  action: null,
  data: {},
  keyId: null,
  keyName: null,
} as const
