// Shows that a card nobody sees is noticed once and told to the fallbacks, until somebody takes it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DestinationRow } from '../../db/schema.ts'
import { createDesk } from '../../src/approvals/create-desk.ts'
import { createQueries } from '../../src/approvals/queries.ts'
import { openWaitingRoom } from '../../src/approvals/waiting-room.ts'
import { newId } from '../../src/kit/ids.ts'
import { Failed, Throttled, Undeliverable } from '../../src/platforms/platform.ts'
import { countUnreached } from '../../src/store/figures.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { asking, DESK, type Office, OWNER, press, recordOf, UNREACHED_AFTER_MS } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

/** Hears of nothing else. */
const FALLBACK: Partial<DestinationRow> = {
  name: 'on call',
  events: '["policy.violation"]',
  min_severity: 'critical',
  agents: '["another"]',
  settings: '{"fallback":true}',
}
const NO_DESTINATION = [{ destination: null, reason: 'no_destination' }]
/** Longer than any retry waits. */
const LATER_MS = 600_000

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom

  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  const sweep = () => room.office.desk.noticeUnreached()
  /** The time to take a card is over. */
  const sweepInTime = () => {
    room.advance(UNREACHED_AFTER_MS)
    return sweep()
  }
  const expire = () => {
    room.advance(3_600_000)
    return room.office.desk.expireDue()
  }
  const viewOf = async (id: string) => {
    const view = await room.office.queries.find(id)
    return { status: view?.status, reached: view?.reached, reasons: view?.unreached_reasons }
  }
  const change = (id: string, what: Partial<DestinationRow>) =>
    room.office.db.transact((trx) => trx.updateTable('destinations').set(what).where('id', '=', id).execute())
  const told = async (id: string) =>
    (await room.deliveries(id)).map(({ type, destination_id }) => [type, destination_id])
  const tried = (to: string) => eventually(() => room.platform.tried.some((send) => send.to === to))
  const sentTo = (place: string) =>
    room.platform.sent.filter(({ to }) => to === place).map(({ what, status }) => `${what} ${status}`)

  describe('it is noticed', () => {
    test('when the time is over and not before, and on record once', async () => {
      const asked = await room.office.ask()
      room.advance(UNREACHED_AFTER_MS - 1)
      expect(await sweep()).toBe(0)
      expect(await viewOf(asked.id)).toEqual({ status: 'pending', reached: true, reasons: [] })
      room.advance(1)
      expect([await sweep(), await sweep()]).toEqual([1, 0])
      expect(await viewOf(asked.id)).toEqual({ status: 'pending', reached: false, reasons: NO_DESTINATION })
      expect(await recordOf(room.office.db, asked.id)).toMatchObject({
        approval: { unreached_at: room.clock.now() },
        audit: ['approval.requested', 'approval.unreached'],
        events: ['approval.requested', 'approval.unreached'],
        deliveries: [],
      })
    })

    test('with why, by destination and in the words of the platforms', async () => {
      const fault = {
        down: new Failed('http_500'),
        picky: new Undeliverable('message', 'msg_too_long'),
        gone: new Undeliverable('destination', 'channel_not_found'),
        busy: new Throttled(LATER_MS),
      }
      for (const [place, error] of Object.entries(fault)) {
        const to = await room.office.destination({ name: place })
        room.platform.fail(error, { to }, 9)
      }
      const off = await room.office.destination({ name: 'off' })
      await room.office.destination({ name: 'a webhook', channel_type: 'archive' })
      await room.office.destination({ name: 'deaf', events: '["approval.decided"]' })
      const asked = await room.office.ask()
      await change(off, { enabled: 0 })
      await room.worker()
      await eventually(async () => {
        const ends = (await room.deliveries(asked.id)).filter(({ last_error }) => last_error !== null)
        const places = await room.office.db.read.selectFrom('destinations').selectAll().execute()
        const stopped = places.filter((place) => place.disabled_reason ?? place.cool_until)
        return ends.length === 2 && stopped.length === 2
      })
      expect(await sweepInTime()).toBe(1)
      expect((await viewOf(asked.id)).reasons).toEqual([
        { destination: 'down', reason: 'http_500' },
        { destination: 'picky', reason: 'msg_too_long' },
        { destination: 'gone', reason: 'channel_not_found' },
        { destination: 'busy', reason: 'waiting' },
        { destination: 'off', reason: 'disabled' },
      ])
    })

    test('also where a machine has taken it, which reviews nothing', async () => {
      const archive = await room.office.destination({ channel_type: 'archive' })
      const asked = await room.office.ask()
      await room.office.db.transact((trx) =>
        trx.updateTable('deliveries').set({ state: 'delivered' }).execute(),
      )
      expect(await sweepInTime()).toBe(1)
      expect((await viewOf(asked.id)).reasons).toEqual(NO_DESTINATION)
      expect(await told(asked.id)).toEqual([
        ['approval.requested', archive],
        ['approval.unreached', archive],
      ])
    })

    test('once, by however many processes', async () => {
      const asked = await Promise.all(Array.from({ length: 60 }, () => room.office.ask()))
      room.advance(UNREACHED_AFTER_MS)
      const other = name === 'postgres' ? (await room.otherOffice()).db : room.office.db
      const desks = [room.office.db, other, other].map((db) => createDesk({ db, clock: room.clock, ...DESK }))
      const noticed = await Promise.all(desks.map((desk) => desk.noticeUnreached()))
      expect(noticed.reduce((sum, count) => sum + count)).toBe(60)
      for (const { id } of asked) {
        const { audit, events } = await recordOf(room.office.db, id)
        expect([audit, events]).toEqual(Array(2).fill(['approval.requested', 'approval.unreached']))
      }
    })

    test('after a restart too, among however many that were noticed before', async () => {
      const asked = await room.office.ask()
      const { approval } = await recordOf(room.office.db, asked.id)
      const many = Array.from({ length: 1_200 }, (_, i) => ({
        ...approval,
        id: newId('apr'),
        twin: null,
        unreached_at: i === 1_199 ? null : approval.created_at,
      }))
      await room.office.db.transact(async (trx) => {
        for (let from = 0; from < many.length; from += 100) {
          await trx
            .insertInto('approvals')
            .values(many.slice(from, from + 100))
            .execute()
        }
      })
      room.advance(UNREACHED_AFTER_MS)
      const restarted = createDesk({ db: room.office.db, clock: room.clock, ...DESK })
      expect(await restarted.noticeUnreached()).toBe(2)
      expect((await viewOf(asked.id)).reached).toBe(false)
      expect(await countUnreached(room.office.db.read)).toBe(1_201)
    })

    test('for what expires before its time to be taken is over', async () => {
      const asked = await room.office.ask({ expiresInSeconds: 10 })
      room.advance(10_000)
      await room.office.desk.expireDue()
      expect(await viewOf(asked.id)).toEqual({ status: 'expired', reached: false, reasons: NO_DESTINATION })
      const { audit, events } = await recordOf(room.office.db, asked.id)
      expect([audit, events]).toEqual(Array(2).fill(['approval.expired', 'approval.requested']))
    })
  })

  describe('it is not noticed', () => {
    test('of what somebody took in time, also when it has to be sent once more or expires', async () => {
      await room.office.destination()
      const worker = await room.worker()
      const asked = await room.office.ask()
      await room.settled(asked.id, 1)
      await worker.stop()
      await room.office.db.transact((trx) =>
        trx.updateTable('deliveries').set({ state: 'pending' }).execute(),
      )
      expect(await sweepInTime()).toBe(0)
      await expire()
      expect(await viewOf(asked.id)).toEqual({ status: 'expired', reached: true, reasons: [] })
    })

    test('of what is closed, and of a test', async () => {
      const place = await room.office.destination()
      const decided = await room.office.ask()
      const withdrawn = await room.office.ask()
      const tested = await room.office.ask({ testOf: place })
      expect(await room.office.desk.decide(press(decided, place, 'U1', 'deny'))).toMatchObject({ ok: true })
      await room.office.desk.withdraw({ approvalId: withdrawn.id })
      expect(await sweepInTime()).toBe(0)
      await expire()
      for (const [{ id }, status] of [
        [decided, 'denied'],
        [withdrawn, 'withdrawn'],
        [tested, 'expired'],
      ] as const) {
        expect(await viewOf(id)).toEqual({ status, reached: true, reasons: [] })
      }
    })

    test('by looking twice at what was taken when its time was over', async () => {
      await room.office.destination()
      const worker = await room.worker()
      const asked = await room.office.ask()
      await room.settled(asked.id, 1)
      await worker.stop()
      expect(await sweepInTime()).toBe(0)
      await room.office.db.transact(async (trx) => {
        await trx.deleteFrom('posted_cards').execute()
        await trx.deleteFrom('deliveries').execute()
      })
      expect(await sweepInTime()).toBe(0)
    })
  })

  describe('the fallback', () => {
    test('is sent the card whatever its filters, and a click on it decides', async () => {
      const usual = await room.office.destination()
      const fallback = await room.office.destination(FALLBACK)
      room.platform.fail(new Failed('http_500'), { to: usual }, 99)
      await room.worker()
      const asked = await room.office.ask()
      await tried(usual)
      expect(room.platform.tried.every(({ to }) => to === usual)).toBe(true)
      await sweepInTime()
      const { handle } = await eventually(() => room.platform.sent.find(({ to }) => to === fallback))
      const at = { destinationIds: [fallback], handle }
      const outcome = await room.office.desk.decide(press(asked, fallback, 'U1', 'approve', { at }))
      expect(outcome).toMatchObject({ ok: true, value: { status: 'approved' } })
      await eventually(() => sentTo(fallback).length === 2)
      expect(sentTo(fallback)).toEqual(['post pending', 'redraw approved'])
    })

    test('hears nothing of what was taken, nor when it is switched off', async () => {
      const usual = await room.office.destination()
      const fallback = await room.office.destination(FALLBACK)
      const off = await room.office.destination({ ...FALLBACK, enabled: 0 })
      await room.worker()
      const taken = await room.office.ask()
      await room.settled(taken.id, 1)
      await change(usual, { enabled: 0 })
      const missed = await room.office.ask()
      await sweepInTime()
      expect(await told(taken.id)).toEqual([['approval.requested', usual]])
      expect(await told(missed.id)).toEqual([['approval.unreached', fallback]])
      await room.settled(missed.id, 1)
      await change(off, { enabled: 1 })
      await expire()
      expect(await told(missed.id)).toContainEqual(['approval.expired', fallback])
    })

    test('that cannot redraw is sent it too', async () => {
      room.platform.redraw = undefined
      const fallback = await room.office.destination(FALLBACK)
      await room.worker()
      const asked = await room.office.ask()
      await sweepInTime()
      await room.settled(asked.id, 1)
      expect(sentTo(fallback)).toEqual(['post pending'])
      expect((await viewOf(asked.id)).reached).toBe(true)
    })
  })

  test('who listens is told, but not once more where the card is on its way', async () => {
    const usual = await room.office.destination()
    const listener = await room.office.destination({ events: '["approval.unreached"]' })
    const asked = await room.office.ask()
    await sweepInTime()
    expect(await told(asked.id)).toEqual([
      ['approval.requested', usual],
      ['approval.unreached', listener],
    ])
  })

  describe('it ends', () => {
    test('when the card is taken after all, with the delivery itself', async () => {
      const place = await room.office.destination()
      room.platform.fail(new Failed('http_500'), { to: place }, 1)
      const asked = await room.office.ask()
      const worker = await room.worker()
      await eventually(async () => (await room.deliveries(asked.id))[0]?.attempts === 1)
      await worker.stop()
      expect(await sweepInTime()).toBe(1)
      expect((await viewOf(asked.id)).reached).toBe(false)
      await room.worker()
      await room.settled(asked.id, 1)
      expect(await viewOf(asked.id)).toEqual({ status: 'pending', reached: true, reasons: [] })
      expect(await countUnreached(room.office.db.read)).toBe(0)
    })

    test('also when it was noticed while the card was under way', async () => {
      await room.office.destination()
      const asked = await room.office.ask()
      const post = room.platform.hang()
      await room.worker()
      await post.reached
      room.clock.advance(UNREACHED_AFTER_MS)
      expect(await sweep()).toBe(1)
      expect((await viewOf(asked.id)).reasons).toEqual([{ destination: 'a place', reason: 'waiting' }])
      post.release()
      await room.settled(asked.id, 1)
      expect((await viewOf(asked.id)).reached).toBe(true)
    })

    test('but not by what a destination is sent once it is closed', async () => {
      const place = await room.office.destination({
        name: 'asleep',
        cool_until: room.clock.now() + 3_600_000,
      })
      const asked = await room.office.ask()
      await sweepInTime()
      await expire()
      const before = await viewOf(asked.id)
      expect(before).toEqual({
        status: 'expired',
        reached: false,
        reasons: [{ destination: 'asleep', reason: 'waiting' }],
      })
      await room.worker()
      await room.settled(asked.id, 2)
      expect(sentTo(place)).toEqual(['post expired', 'redraw expired'])
      expect(await viewOf(asked.id)).toEqual(before)
    })
  })

  test('what expires while its card is under way stays what it was', async () => {
    await room.office.destination()
    const asked = await room.office.ask()
    const post = room.platform.hang()
    await room.worker()
    await post.reached
    await sweepInTime()
    await expire()
    post.release()
    await room.settled(asked.id, 2)
    expect(await viewOf(asked.id)).toMatchObject({ status: 'expired', reached: false })
  })

  describe('the agent', () => {
    const wait = { waitMs: 20_000, abort: new AbortController().signal }
    /** Resolves once the first look is over: what is noticed before it is no news to whoever waits. */
    const waitAt = async ({ db }: Office, id: string, waitMs = wait.waitMs) => {
      const looked = Promise.withResolvers<void>()
      const read = db.read.withPlugin({
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          looked.resolve()
          return result
        },
      })
      const waitingRoom = openWaitingRoom(db)
      const queries = createQueries({ db: { ...db, read }, clock: room.clock, ...DESK, waitingRoom })
      const answer = queries.findOnceClosed(id, { ...wait, waitMs })
      await looked.promise
      return { answer }
    }

    test('that waits is told at once, and waits on as before if it asks again', async () => {
      const asked = await room.office.ask()
      const started = performance.now()
      const waiting = await waitAt(room.office, asked.id)
      await sweepInTime()
      expect(await waiting.answer).toMatchObject({
        status: 'pending',
        reached: false,
        unreached_reasons: NO_DESTINATION,
      })
      // Sooner than by its own looks.
      expect(performance.now() - started).toBeLessThan(4_000)
      let isAnswered = false
      const again = room.office.queries.findOnceClosed(asked.id, wait).finally(() => {
        isAnswered = true
      })
      await sweepInTime()
      room.office.db.signals.publish('approvals', asked.id)
      await room.office.queries.find(asked.id)
      expect(isAnswered).toBe(false)
      await room.office.desk.withdraw({ approvalId: asked.id })
      expect(await again).toMatchObject({ status: 'withdrawn', reached: false })
    })

    test('that waits, also at another process, is told at once', async () => {
      const other = name === 'postgres' ? await room.otherOffice() : room.office
      const asked = await room.office.ask()
      const started = performance.now()
      const waiting = await waitAt(other, asked.id, 4_900)
      await sweepInTime()
      expect(await waiting.answer).toMatchObject({ status: 'pending', reached: false })
      expect(performance.now() - started).toBeLessThan(4_500)
    })

    test('that asks for the same again, or lists what it asked, is told too', async () => {
      const commands = [asking({ idempotencyKey: 'k' }), asking()]
      for (const command of commands) await room.office.desk.request(command)
      await sweepInTime()
      const told = { reached: false, unreached_reasons: NO_DESTINATION }
      for (const again of commands) {
        const outcome = await room.office.desk.request(again)
        expect(outcome).toMatchObject({ ok: true, value: { created: false, approval: told } })
      }
      const { approvals } = await room.office.queries.list({ ownerKeyId: OWNER }, 10)
      expect(approvals).toMatchObject([told, told])
    })
  })
})
