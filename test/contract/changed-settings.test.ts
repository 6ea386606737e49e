// Shows that settings count from the moment they are changed, also against a sender that began under the old ones.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Worker } from '../../src/delivery/worker.ts'
import { createDestinations, type Destinations } from '../../src/destinations/destinations.ts'
import { type DestinationSettings, USUAL_SETTINGS } from '../../src/events/settings.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import type { Office } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

/** The clock of a post room begins at midnight UTC. */
const NIGHT = { quiet_hours_start: '22:00', quiet_hours_end: '06:00' }

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  let destinations: Destinations
  let worker: Worker
  beforeAll(async () => {
    room = await openPostRoom(create)
    const { db } = room.office
    destinations = createDestinations({ db, clock: room.clock, secretKey: Buffer.alloc(32, 7), kinds: [] })
  })
  afterEach(async () => {
    await worker.stop()
    for (const { id } of await destinations.list()) await destinations.remove(id, 'key_admin')
    await destinations.forgetRemoved()
  })
  afterAll(() => room.close())

  const place = (settings: Partial<DestinationSettings>) =>
    room.office.destination({ settings: JSON.stringify(settings) })
  const choose = (id: string, settings: Partial<DestinationSettings>) =>
    destinations.update(id, { settings: { ...USUAL_SETTINGS, ...settings } }, 'key_admin')
  const isLeased = async (id: string) => {
    const leases = room.office.db.read.selectFrom('destinations').select('lease_id').where('id', '=', id)
    return (await leases.executeTakeFirstOrThrow()).lease_id !== null
  }
  const placesTold = (about: string | undefined) =>
    room.platform.tried.filter((send) => send.about === about).map(({ to }) => to)
  const waiting = () =>
    room.office.db.read.selectFrom('deliveries').selectAll().where('state', '=', 'pending').execute()
  /** The office as a worker sees it: once it has leased the destination, something happens. */
  function onceLeased(id: string, act: () => Promise<unknown>): Office {
    let isOver = false
    return {
      ...room.office,
      db: {
        ...room.office.db,
        async transact(work) {
          const result = await room.office.db.transact(work)
          if (!isOver && (await isLeased(id))) {
            isOver = true
            await act()
          }
          return result
        },
      },
    }
  }

  test('an alert is sent though a sender was about to hold it for quiet hours that just ended', async () => {
    const id = await place(NIGHT)
    const [alert] = await room.tell({})
    worker = await room.worker(onceLeased(id, () => choose(id, {})))
    await eventually(() => placesTold(alert?.id).length === 1)
  })

  test('a destination that is switched off just before a sender would take it is sent nothing', async () => {
    const [off, on] = [await place({}), await place({})]
    const next = { isTheLease: false }
    const { db } = room.office
    worker = await room.worker({
      ...room.office,
      db: {
        ...db,
        async transact(work) {
          if (next.isTheLease) {
            next.isTheLease = false
            await destinations.update(off, { enabled: false }, 'key_admin')
          }
          return db.transact(work)
        },
      },
    })
    next.isTheLease = true
    const asked = await room.office.ask()
    await eventually(() => room.platform.sent.some(({ to }) => to === on))
    await worker.stop()
    expect(placesTold(asked.id)).toEqual([on])
  })

  test('what was held is due at once under other settings, and what waits for another try is not', async () => {
    const id = await place(NIGHT)
    await room.tell({}, {})
    const [tried] = await waiting()
    const later = room.clock.now() + 60_000
    const { db } = room.office
    await db.transact((trx) =>
      trx
        .updateTable('deliveries')
        .set({ attempts: 1, next_attempt_at: later })
        .where('id', '=', tried?.id ?? '')
        .execute(),
    )
    worker = await room.worker()
    await eventually(async () => (await waiting()).every((row) => row.next_attempt_at > room.clock.now()))
    await choose(id, {})
    room.advance(0)
    const left = await eventually(async () => {
      const rows = await waiting()
      return rows.length === 1 ? rows : undefined
    })
    expect(left).toMatchObject([{ id: tried?.id, next_attempt_at: later }])
  })
})
