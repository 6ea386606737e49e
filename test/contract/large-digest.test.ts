// Shows that the largest digest is written down as sent, or held, as a whole.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLeases } from '../../src/delivery/lease.ts'
import { settle } from '../../src/delivery/settle.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const MOST_IN_DIGEST = 1_000

// Only SQLite limits how deep an expression may be.
describe.each(databases.filter(({ name }) => name === 'sqlite'))('on $name', ({ create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  test('however many wait, they are held and settled at once', async () => {
    const lease = { id: 'lease_test', settings: null }
    const destinationId = await room.office.destination({ lease_id: lease.id })
    await room.tell(...Array.from({ length: MOST_IN_DIGEST }, () => ({})))
    const { db } = room.office
    const now = room.clock.now()
    const rows = () => db.read.selectFrom('deliveries').selectAll().execute()
    await openLeases(db).hold({ ...lease, destinationId }, await rows(), now + 1)
    const held = await rows()
    expect(held.filter((row) => row.next_attempt_at === now + 1)).toHaveLength(MOST_IN_DIGEST)

    const attempt = { at: now, took_ms: 1, code: null, excerpt: null }
    const posted = { what: 'delivered', delivered: { what: 'posted' }, attempt } as const
    const ends = held.map((delivery) => ({ ...posted, delivery }))
    expect(await settle(db, { ...lease, destinationId }, ends, now)).toBe(true)
    const settled = await rows()
    expect(settled.filter((row) => row.state === 'delivered' && row.attempts === 1)).toHaveLength(
      MOST_IN_DIGEST,
    )
  })
})
