// Shows what switching a destination off and on again means: told once, with its first reason, and no old pause left.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDestinations, type Destinations } from '../../src/destinations/destinations.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  let destinations: Destinations
  beforeAll(async () => {
    room = await openPostRoom(create)
    const { db } = room.office
    destinations = createDestinations({ db, clock: room.clock, secretKey: Buffer.alloc(32, 7), kinds: [] })
  })
  afterAll(() => room.close())

  test('a platform that says twice that a place is gone switches it off once', async () => {
    const id = await room.office.destination()
    await destinations.disable(id, 'app_removed')
    await destinations.disable(id, 'channel_deleted')
    expect((await destinations.find(id))?.disabled_reason).toBe('app_removed')
    const { read } = room.office.db
    expect(await read.selectFrom('audit').select('action').where('subject', '=', id).execute()).toEqual([
      { action: 'destination.disabled' },
    ])
    expect(await read.selectFrom('events').select('type').execute()).toEqual([
      { type: 'destination.disabled' },
    ])
  })

  test('one that is switched on again is served at once, whatever pause it was in before', async () => {
    const id = await room.office.destination()
    const asked = await room.office.ask()
    const cool_until = room.clock.now() + 3_600_000
    await room.office.db.transact((trx) => trx.updateTable('destinations').set({ cool_until }).execute())
    await destinations.disable(id, 'channel_not_found')
    await room.worker()
    expect(await destinations.update(id, { enabled: true }, 'key_admin')).toMatchObject({
      enabled: true,
      disabled_reason: null,
    })
    room.advance(0)
    await room.settled(asked.id, 1)
  })
})
