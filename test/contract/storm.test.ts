// Shows that every card ends up true when votes, withdrawals and expiry come at once while cards are sent.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failed, Throttled } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { press, recordOf } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const ROUNDS = 8 * EFFORT
const APPROVALS = 10
const COMMANDS = 6

/** Numbers that look random and are the same in every run. */
function dice(seed = 20260101): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom

  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  /** Not positive while something is due; undefined when nothing is left to send. */
  async function untilNextSend(): Promise<number | undefined> {
    const waiting = await room.office.db.read
      .selectFrom('deliveries')
      .innerJoin('destinations', 'destinations.id', 'deliveries.destination_id')
      .select(['subject_id', 'destination_id', 'next_attempt_at', 'cool_until'])
      .where('state', '=', 'pending')
      .orderBy('deliveries.id', 'desc')
      .execute()
    // Of each card the earliest, which holds back the later ones.
    const cards = new Map(waiting.map((row) => [`${row.subject_id} ${row.destination_id}`, row]))
    const times = [...cards.values()].map((row) => Math.max(row.next_attempt_at, row.cool_until))
    return times.length === 0 ? undefined : Math.min(...times) - room.clock.now()
  }

  test('every approval closes once, and every card anywhere shows how', async () => {
    const roll = dice()
    const offices = [room.office, name === 'postgres' ? await room.otherOffice() : room.office] as const
    const places = [await room.office.destination(), await room.office.destination()]
    for (const office of offices) await room.worker(office)
    const office = () => offices[roll(2) as 0 | 1]
    const place = () => places[roll(2) as 0 | 1] as string

    const asked: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      room.platform.fail(roll(2) ? new Throttled(500) : new Failed('http_500'), { to: place() }, 2)
      const approvals = await Promise.all(
        Array.from({ length: APPROVALS }, () => office().ask({ expiresInSeconds: 10 + roll(5) })),
      )
      asked.push(...approvals.map(({ id }) => id))
      const command = async (approval: { id: string }) => {
        const chance = roll(10)
        if (chance < 6) {
          // Some presses are repeated, and some repeat another's id on another approval.
          const repeated = roll(3) ? {} : { interactionId: `press ${roll(20)}` }
          const vote = press(approval, place(), `U${roll(20)}`, roll(2) ? 'approve' : 'deny', repeated)
          return office().desk.decide(vote)
        }
        if (chance < 7) return office().desk.withdraw({ approvalId: approval.id })
        if (chance < 9) return office().desk.expireDue()
        room.advance(1_000)
      }
      await Promise.all(
        approvals.flatMap((approval) => Array.from({ length: COMMANDS }, () => command(approval))),
      )
    }

    room.advance(20_000)
    await room.office.desk.expireDue()
    await eventually(async () => {
      const waitMs = await untilNextSend()
      if (waitMs !== undefined && waitMs > 0) room.advance(waitMs)
      return waitMs === undefined
    }, 15_000 * EFFORT)

    const ends = new Set<string>()
    for (const id of asked) {
      const { approval, decisions, audit, events, deliveries } = await recordOf(room.office.db, id)
      ends.add(approval.status)
      const isDecided = approval.status === 'approved' || approval.status === 'denied'
      expect(decisions).toHaveLength(isDecided ? 1 : 0)
      expect(events).toEqual(
        ['approval.requested', `approval.${isDecided ? 'decided' : approval.status}`].sort(),
      )
      expect(audit).toHaveLength(2)
      expect(deliveries).toHaveLength(2 * places.length)
      for (const status of Object.values(room.platform.cards(id))) expect(status).toBe(approval.status)
    }
    expect([...ends].sort()).toEqual(['approved', 'denied', 'expired', 'withdrawn'])
    const posts = room.platform.sent.filter(({ what }) => what === 'post').map(({ to, about }) => to + about)
    expect(new Set(posts).size).toBe(posts.length)
  })
})
