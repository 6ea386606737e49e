// Shows that all destinations and processes that share a provider's limit keep it, and that nothing is lost.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIntake } from '../../src/events/intake.ts'
import type { Pace } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const EVENTS = 12
const PLACES = 2
/** Of the manual clock, every 5 ms: a send is then seen soon after its turn, also on a slow machine. */
const STEP_MS = 20
const SHARED: Pace = { bucket: 'the token', perSecond: 4, burst: 3 }

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  let paces: Pace[]
  /** When each send began. */
  let times: number[]

  beforeEach(async () => {
    paces = [SHARED]
    times = []
    room = await openPostRoom(create, { pace: () => paces })
    const { post } = room.platform
    room.platform.post = (...given) => {
      times.push(room.clock.now())
      return post(...given)
    }
  })
  afterEach(() => room.close())

  async function tell(events: number) {
    const intake = createIntake({ db: room.office.db, clock: room.clock, publicUrl: '' })
    await intake.take(
      Array.from({ length: events }, (_, i) => ({
        type: 'incident' as const,
        severity: 'critical' as const,
        agent: null,
        tool: null,
        environment: null,
        summary: `number ${i}`,
        action: null,
        data: {},
        keyId: null,
        keyName: null,
      })),
    )
  }
  /** Time passes until all were sent. */
  const passUntil = (sends: number) =>
    eventually(() => {
      room.advance(STEP_MS)
      return times.length >= sends
    }, 15_000)
  /**
   * The most that any stretch of time was over what it may hold, in sends: below one, since a send is seen a little
   * after its turn was taken, while the clock goes on.
   */
  const mostOver = ({ perSecond, burst = 1 }: Pace) =>
    Math.max(
      ...times.map((to, last) =>
        Math.max(
          ...times
            .slice(0, last + 1)
            .map((from, first) => last - first + 1 - burst - ((to - from) / 1000) * perSecond),
        ),
      ),
    )

  async function allDelivered() {
    await eventually(async () => {
      const rows = await room.office.db.read.selectFrom('deliveries').select('state').execute()
      return rows.every(({ state }) => state === 'delivered')
    })
    const sent = room.platform.sent.map(({ about, to }) => `${about} ${to}`)
    expect(new Set(sent).size).toBe(sent.length)
    return sent.length
  }

  test('two destinations that share a limit together stay within its rate and burst', async () => {
    for (let i = 0; i < PLACES; i++) await room.office.destination()
    await tell(EVENTS)
    await room.worker()
    await eventually(() => times.length === SHARED.burst)
    await passUntil(EVENTS * PLACES)
    expect(mostOver(SHARED)).toBeLessThan(1)
    expect(await allDelivered()).toBe(EVENTS * PLACES)
  })

  test('the tightest of several limits counts', async () => {
    paces = [SHARED, { bucket: 'the chat', perSecond: 2 }]
    await room.office.destination()
    await tell(4)
    await room.worker()
    await passUntil(4)
    expect(mostOver({ bucket: 'the chat', perSecond: 2 })).toBeLessThan(1)
    expect(await allDelivered()).toBe(4)
  })

  test('however long nobody sent, no more than the burst goes at once', async () => {
    await room.office.destination()
    await tell(1)
    await room.worker()
    await eventually(() => times.length === 1)
    room.clock.advance(3_600_000)
    await tell(EVENTS)
    const { read } = room.office.db
    await eventually(async () => {
      const row = await read.selectFrom('destinations').select('cool_until').executeTakeFirst()
      return (row?.cool_until ?? 0) > room.clock.now()
    })
    expect(times).toHaveLength(1 + (SHARED.burst ?? 1))
  })

  if (name === 'postgres')
    test('two processes together stay within a limit', async () => {
      for (let i = 0; i < PLACES; i++) await room.office.destination()
      await tell(EVENTS)
      const other = await room.otherOffice()
      await Promise.all([room.worker(), room.worker(other)])
      await passUntil(EVENTS * PLACES)
      expect(mostOver(SHARED)).toBeLessThan(1)
      expect(await allDelivered()).toBe(EVENTS * PLACES)
    })
})
