// Shows that a worker goes on after whatever failed, and looks again when a limit ends.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Worker } from '../../src/delivery/worker.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import type { Office } from '../fakes/office.ts'
import { LEASE_MS, openPostRoom, type PostRoom } from '../fakes/post-room.ts'

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  let worker: Worker

  /** The office as a worker sees it; the database fails once where it is asked to. */
  function failing(when: () => boolean): Office {
    let isOver = false
    return {
      ...room.office,
      db: {
        ...room.office.db,
        transact(work) {
          if (isOver || !when()) return room.office.db.transact(work)
          isOver = true
          return Promise.reject(new Error('the database does not answer'))
        },
      },
    }
  }

  describe('without a limit', () => {
    beforeAll(async () => {
      room = await openPostRoom(create)
      await room.office.destination()
    })
    afterEach(() => worker.stop())
    afterAll(() => room.close())

    test('a destination that could not be leased is served at the next look', async () => {
      const ready = { isAsked: false }
      worker = await room.worker(failing(() => ready.isAsked))
      ready.isAsked = true
      const asked = await room.office.ask()
      room.advance(0)
      await room.settled(asked.id, 1)
    })

    test('what was sent and could not be written down is sent once more when the lease is over', async () => {
      const before = room.platform.sent.length
      const sent = () => room.platform.sent.length - before
      worker = await room.worker(failing(() => sent() === 1))
      const asked = await room.office.ask()
      await eventually(() => sent() === 1)
      room.advance(LEASE_MS - 1)
      expect(await room.deliveries(asked.id)).toMatchObject([{ state: 'pending', attempts: 0 }])
      room.advance(1)
      expect(await room.settled(asked.id, 1)).toMatchObject([{ attempts: 1 }])
      expect(sent()).toBe(2)
    })
  })

  test('where a limit ends sooner than a worker looks by itself, it looks then', async () => {
    const pace = () => [{ bucket: 'the place', perSecond: 5 }]
    room = await openPostRoom(create, { pace })
    await room.office.destination()
    await room.tell({}, {})
    // It does not look by itself at all.
    vi.spyOn(globalThis, 'setInterval').mockReturnValue(undefined as never)
    await room.worker(room.office, systemClock)
    await eventually(() => room.platform.sent.length === 2)
    vi.restoreAllMocks()
    await room.close()
  })
})
