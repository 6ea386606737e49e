// Shows that whoever waits for a signal also looks by itself: one may be lost with its connection.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createQueries } from '../../src/approvals/queries.ts'
import { openWaitingRoom, type WaitingRoom } from '../../src/approvals/waiting-room.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import { createDestinations, type DestinationFields } from '../../src/settings/destinations.ts'
import type { Signals } from '../../src/store/signals.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { DESK } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

/** Loses every one. */
const DEAF: Signals = { publish() {}, subscribe: () => () => {} }
const FIELDS: DestinationFields = {
  name: 'a place',
  config: {},
  events: null,
  minSeverity: 'info',
  tools: null,
  agents: null,
  retryPolicy: null,
  settings: USUAL_SETTINGS,
  enabled: true,
}

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  beforeAll(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  afterAll(() => room.close())

  const deaf = () => ({ ...room.office.db, signals: DEAF })
  const destinationsOver = (db = room.office.db) =>
    createDestinations({ db, clock: room.clock, secretKey: Buffer.alloc(32, 7), kinds: [] })

  test('a waiting agent looks every five seconds', async () => {
    const seats = openWaitingRoom(DEAF)
    const waits: number[] = []
    /** Each wait is over a thousand times sooner. */
    const hurried: WaitingRoom = {
      ...seats,
      wait(id, timeoutMs, abort) {
        waits.push(timeoutMs)
        return seats.wait(id, timeoutMs / 1_000, abort)
      },
    }
    const queries = createQueries({ db: deaf(), clock: room.clock, ...DESK, waitingRoom: hurried })
    const asked = await room.office.ask()
    const answer = queries.findOnceClosed(asked.id, { waitMs: 60_000, abort: new AbortController().signal })
    await eventually(() => waits.length > 1)
    await room.office.desk.withdraw({ approvalId: asked.id })
    expect(await answer).toMatchObject({ status: 'withdrawn' })
    expect(waits[0]).toBe(5_000)
  })

  test('a destination that another process switched off takes clicks for two seconds at most', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const here = destinationsOver(deaf())
    const elsewhere = destinationsOver()
    const { id } = await elsewhere.create('scripted', FIELDS, 'key_admin')
    const isOpen = async () => (await here.openAll('scripted')).some((place) => place.id === id)
    expect(await isOpen()).toBe(true)
    await elsewhere.update(id, { enabled: false }, 'key_admin')
    vi.advanceTimersByTime(2_001)
    expect(await isOpen()).toBe(false)
  })

  test('destinations that could not be read are read anew at the next click', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const here = destinationsOver(deaf())
    await room.office.destination({ sealed_secrets: 'sealed with another key' })
    await expect(here.openAll('scripted')).rejects.toThrow()
    await room.office.db.transact((trx) => trx.updateTable('destinations').set({ enabled: 0 }).execute())
    expect(await here.openAll('scripted')).toEqual([])
  })

  test('a worker looks twice a second', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await room.office.destination()
    await room.worker({ ...room.office, db: deaf() })
    const asked = await room.office.ask()
    vi.advanceTimersByTime(500)
    await room.settled(asked.id, 1)
  })
})
