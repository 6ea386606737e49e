// Shows what becomes of sends that go to one destination at the same time, however differently they end.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failed, Throttled } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create, { parallel: 4 })
    await room.office.destination()
  })
  afterEach(() => room.close())

  test('the longest of the pauses that are asked for counts, and each send ends as itself', async () => {
    const [brief, long, failing, fine] = (await room.tell({}, {}, {}, {})).map(({ id }) => id)
    room.platform.fail(new Throttled(5_000), { about: brief as string })
    room.platform.fail(new Throttled(60_000), { about: long as string })
    room.platform.fail(new Failed('http_500'), { about: failing as string })
    await room.worker()
    const { read } = room.office.db
    await eventually(async () => {
      const row = await read.selectFrom('destinations').select('cool_until').executeTakeFirst()
      return row?.cool_until === room.clock.now() + 60_000
    })
    const rows = await read.selectFrom('deliveries').selectAll().orderBy('id').execute()
    expect(rows.map(({ event_id, state, attempts }) => [event_id, state, attempts])).toEqual([
      [brief, 'pending', 0],
      [long, 'pending', 0],
      [failing, 'pending', 1],
      [fine, 'delivered', 1],
    ])
    room.advance(59_999)
    await room.office.ask()
    expect(room.platform.tried).toHaveLength(4)
    room.advance(1)
    await eventually(() => room.platform.sent.length === 5)
  })
})
