// Shows that a card that cannot be sent waits, is tried again, or is given up, as its platform says.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failed, Throttled, Undeliverable } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  let place: string

  beforeEach(async () => {
    room = await openPostRoom(create)
    place = await room.office.destination()
  })
  afterEach(() => room.close())

  const destination = () =>
    room.office.db.read
      .selectFrom('destinations')
      .selectAll()
      .where('id', '=', place)
      .executeTakeFirstOrThrow()
  const triedAt = (to: string) => room.platform.tried.filter((send) => send.to === to).length
  const postsOf = (about: string) =>
    room.platform.sent.filter((send) => send.what === 'post' && send.about === about)
  /** The delivery once it was tried so often. */
  const after = (approvalId: string, attempts: number) =>
    eventually(async () => (await room.deliveries(approvalId)).find((row) => row.attempts === attempts))

  test('Throttled cools the whole destination and spends no attempt, and no other destination waits', async () => {
    const other = await room.office.destination()
    const [one, two] = [await room.office.ask(), await room.office.ask()]
    room.platform.fail(new Throttled(30_000), { to: place })
    await room.worker()
    await eventually(async () => (await destination()).cool_until === room.clock.now() + 30_000)
    expect(triedAt(place)).toBe(1)
    const waiting = (await room.deliveries(one.id)).find((row) => row.destination_id === place)
    expect(waiting).toMatchObject({ state: 'pending', attempts: 0, last_error: null })

    room.advance(29_999)
    const three = await room.office.ask()
    await eventually(() => triedAt(other) === 3)
    expect(triedAt(place)).toBe(1)

    room.advance(1)
    for (const { id } of [one, two, three]) {
      expect(await room.settled(id, 2)).toMatchObject([{ attempts: 1 }, { attempts: 1 }])
    }
    expect(triedAt(place)).toBe(4)
  })

  test('destinations that cool down take no sender from the others, however many they are', async () => {
    const cool_until = room.clock.now() + 60_000
    for (let i = 0; i < 20; i++) await room.office.destination({ cool_until })
    await room.office.ask()
    await room.office.db.transact((trx) =>
      trx.updateTable('destinations').set({ cool_until }).where('id', '=', place).execute(),
    )
    room.clock.advance(1)
    const fresh = await room.office.destination()
    const asked = await room.office.ask()
    await room.worker()
    await eventually(() => room.platform.tried.length > 0)
    expect(room.platform.tried).toMatchObject([{ to: fresh, about: asked.id }])
  })

  test('Failed is tried again by the schedule, with its attempts counted, and is dead after the last', async () => {
    const asked = await room.office.ask()
    room.platform.fail(new Failed('http_500'), {}, 100)
    await room.worker()
    const schedule = [5_000, 20_000, 60_000, 180_000, 480_000]
    for (const [i, delayMs] of schedule.entries()) {
      const { next_attempt_at, state, last_error } = await after(asked.id, i + 1)
      expect({ state, last_error }).toEqual({ state: 'pending', last_error: 'http_500' })
      const waitMs = next_attempt_at - room.clock.now()
      expect(waitMs).toBeGreaterThanOrEqual(0.8 * delayMs)
      expect(waitMs).toBeLessThanOrEqual(1.2 * delayMs)
      expect(triedAt(place)).toBe(i + 1)
      room.advance(waitMs)
    }
    expect(await room.settled(asked.id, 1, 'dead')).toMatchObject([
      { attempts: 6, last_error: 'http_500', finished_at: room.clock.now() },
    ])
    expect(triedAt(place)).toBe(6)
  })

  test('a failed card is not tried before its time', async () => {
    const asked = await room.office.ask()
    room.platform.fail(new Failed('http_500'), { about: asked.id })
    await room.worker()
    const { next_attempt_at } = await after(asked.id, 1)
    room.advance(next_attempt_at - room.clock.now() - 1)
    await room.settled((await room.office.ask()).id, 1)
    expect(postsOf(asked.id)).toEqual([])
    room.advance(1)
    expect(await room.settled(asked.id, 1)).toMatchObject([{ attempts: 2 }])
  })

  test('a message that can never be delivered is dead at once, and the next ones go on', async () => {
    const [one, two] = [await room.office.ask(), await room.office.ask()]
    room.platform.fail(new Undeliverable('message', 'msg_too_long'), { about: one.id })
    await room.worker()
    await room.settled(two.id, 1)
    expect(await room.settled(one.id, 1, 'dead')).toMatchObject([{ attempts: 1, last_error: 'msg_too_long' }])
    expect((await destination()).enabled).toBe(1)
  })

  test('a destination that is gone is switched off on record, and its backlog is kept', async () => {
    const [one, two] = [await room.office.ask(), await room.office.ask()]
    room.platform.fail(new Undeliverable('destination', 'channel_not_found'))
    await room.worker()
    await eventually(async () => (await destination()).enabled === 0)
    expect((await destination()).disabled_reason).toBe('channel_not_found')
    const onRecord = await room.office.db.read
      .selectFrom('audit')
      .selectAll()
      .where('subject', '=', place)
      .execute()
    expect(onRecord).toMatchObject([{ action: 'destination.disabled' }])
    expect(JSON.parse(onRecord[0]?.canonical ?? '').facts).toEqual({ reason: 'channel_not_found' })

    await room.office.desk.withdraw({ approvalId: one.id })
    const three = await room.office.ask()
    await eventually(async () => (await destination()).lease_id === null)
    expect(await room.deliveries(one.id)).toMatchObject([
      { state: 'pending', attempts: 0 },
      { type: 'approval.withdrawn', state: 'pending' },
    ])
    expect(await room.deliveries(two.id)).toMatchObject([{ state: 'pending', attempts: 0 }])
    expect(await room.deliveries(three.id)).toEqual([])
    expect(triedAt(place)).toBe(1)
  })

  test('a platform that throws what it should not is tried again as internal_error', async () => {
    const asked = await room.office.ask()
    room.platform.fail(new TypeError('undefined is not a function'))
    await room.worker()
    const failed = await after(asked.id, 1)
    expect(failed).toMatchObject({ state: 'pending', last_error: 'internal_error' })
    room.advance(failed.next_attempt_at - room.clock.now())
    await room.settled(asked.id, 1)
  })

  test('a card that fails after its approval expired is not tried again', async () => {
    const asked = await room.office.ask({ expiresInSeconds: 10 })
    room.platform.fail(new Failed('http_500'), {}, 2)
    await room.worker()
    await after(asked.id, 1)
    room.advance(10_000)
    expect(await room.settled(asked.id, 1, 'dead')).toMatchObject([{ attempts: 2, last_error: 'http_500' }])
  })

  test('a redraw that fails after the expiry is tried again: the card there has live buttons', async () => {
    const asked = await room.office.ask({ expiresInSeconds: 10 })
    await room.worker()
    await room.settled(asked.id, 1)
    room.platform.fail(new Failed('http_500'))
    room.advance(10_000)
    await room.office.desk.expireDue()
    const [, redraw] = await eventually(async () => {
      const rows = await room.deliveries(asked.id)
      return rows[1]?.attempts === 1 ? rows : undefined
    })
    expect(redraw?.state).toBe('pending')
    room.advance((redraw?.next_attempt_at ?? 0) - room.clock.now())
    await room.settled(asked.id, 2)
    expect(room.platform.cards(asked.id)).toEqual({ 'message 1': 'expired' })
  })
})
