// Shows that whoever waits for a signal also looks by itself: one may be lost with its connection.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createQueries } from '../../src/approvals/queries.ts'
import { openWaitingRoom } from '../../src/approvals/waiting-room.ts'
import { createDestinations, type DestinationFields } from '../../src/destinations/destinations.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import type { Signals } from '../../src/store/signals.ts'
import { databases } from '../fakes/databases.ts'
import { DESK } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

/** Loses every one. */
const DEAF: Signals = { publish() {}, subscribe: () => () => {} }
const FIELDS: DestinationFields = {
  name: 'a place',
  config: {},
  events: null,
  min_severity: 'info',
  tools: null,
  agents: null,
  retry_policy: null,
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

  test('for agents that wait there is one look in five seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const db = deaf()
    const waitingRoom = openWaitingRoom(db)
    const queries = createQueries({ db, clock: room.clock, ...DESK, waitingRoom })
    const asked = await Promise.all([room.office.ask(), room.office.ask()])
    const abort = new AbortController()
    const answers = asked.map(({ id }) => queries.findOnceClosed(id, { waitMs: 60_000, abort: abort.signal }))
    await room.office.desk.withdraw({ approvalId: asked[0]?.id as string })
    vi.advanceTimersByTime(4_999)
    expect(await Promise.race([...answers, delay(50)])).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(await Promise.race(answers)).toMatchObject({ id: asked[0]?.id, status: 'withdrawn' })
    abort.abort()
    expect(await answers[1]).toMatchObject({ status: 'pending' })
    waitingRoom.close()
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
