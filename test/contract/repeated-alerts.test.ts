// Shows that a destination which wants to hear of repeated alerts hears of those, once and exactly.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Alert } from '../../src/events/emit.ts'
import { createForgetRepeats } from '../../src/events/forget-repeats.ts'
import { createIntake, type Intake } from '../../src/events/intake.ts'
import { databases } from '../fakes/databases.ts'
import { alerting, openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const MINUTE_MS = 60_000
const repeated = (count: number, minutes = 10) => JSON.stringify({ repeated: { count, minutes } })
const ofAgent = (id: string): Partial<Alert> => ({
  keyId: 'key_1',
  keyName: 'A key',
  agent: { id, name: id },
})

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  /** In the order in which they were told. */
  const toldAt = (destination: string) =>
    room.office.db.read
      .selectFrom('deliveries')
      .select(['event_id', 'repeated'])
      .where('destination_id', '=', destination)
      .orderBy('id')
      .execute()
  const runs = () => room.office.db.read.selectFrom('repeats').selectAll().execute()

  test('the alert that makes the number full is told with the number, and the next ones are not', async () => {
    const [place, usual] = [
      await room.office.destination({ settings: repeated(3) }),
      await room.office.destination(),
    ]
    const [a, b] = [ofAgent('agent-a'), ofAgent('agent-b')]
    const told = await room.tell(a, b, a, { ...a, type: 'incident' })
    expect(await toldAt(place)).toEqual([])
    room.clock.advance(9 * MINUTE_MS)
    const third = await room.tell(b, a, a, a)
    expect(await toldAt(place)).toEqual([{ event_id: third[1]?.id, repeated: '{"count":3,"minutes":10}' }])
    room.clock.advance(10 * MINUTE_MS)
    const again = await room.tell(a, a, a)
    expect((await toldAt(place)).at(-1)?.event_id).toBe(again[2]?.id)
    expect((await toldAt(usual)).map((row) => [row.event_id, row.repeated])).toEqual(
      [...told, ...third, ...again].map(({ id }) => [id, null]),
    )
  })

  test('cards of approvals, tests, our own news and what is over are told at once', async () => {
    const place = await room.office.destination({ settings: repeated(3) })
    await room.office.ask()
    await room.tell({ ...ofAgent('a'), type: 'circuit_breaker.reset' }, { type: 'destination.disabled' })
    await intakeOn(room).sendTest(alerting(ofAgent('a')), place)
    expect(await toldAt(place)).toHaveLength(4)
    expect(await runs()).toEqual([])
  })

  test('what many count at once is told exactly once, whatever the order in which it comes', async () => {
    const places = [
      await room.office.destination({ settings: repeated(20) }),
      await room.office.destination({ settings: repeated(40) }),
    ]
    const others = name === 'postgres' ? [await room.otherOffice(), await room.otherOffice()] : []
    const intakes = [room.office, ...others].map((office) => intakeOn({ ...room, office }))
    const agents = ['a', 'b', 'c', 'd'].map((id) => alerting(ofAgent(id)))
    const orders = [agents, agents.toReversed()]
    // 39 of each agent: full once at the first place, and one short at the second.
    await Promise.all(
      Array.from({ length: 39 }, (_, i) => intakes[i % intakes.length]?.take(orders[i % 2] as Alert[])),
    )
    expect(await Promise.all(places.map(async (place) => (await toldAt(place)).length))).toEqual([4, 0])
    await intakes[0]?.take(agents)
    expect(await Promise.all(places.map(async (place) => (await toldAt(place)).length))).toEqual([4, 4])
  })

  test('what says nothing any more is forgotten', async () => {
    await room.office.destination({ settings: repeated(3) })
    await room.tell(ofAgent('a'), ofAgent('b'))
    const forget = createForgetRepeats({ db: room.office.db, clock: room.clock })
    room.clock.advance(9 * MINUTE_MS)
    await room.tell(ofAgent('b'))
    await forget()
    expect(await runs()).toHaveLength(2)
    room.clock.advance(MINUTE_MS + 1)
    await forget()
    expect(await runs()).toMatchObject([{ agent_id: 'b' }])
  })
})

function intakeOn({ office, clock }: Pick<PostRoom, 'office' | 'clock'>): Intake {
  return createIntake({ db: office.db, clock, publicUrl: 'http://countersign.test' })
}
