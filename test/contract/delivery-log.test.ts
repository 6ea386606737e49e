// Shows that the log of deliveries is kept as long as was asked for, and never less than what it is about.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDeliveryLog, type DeliveryLog } from '../../src/delivery/log.ts'
import { Failed } from '../../src/platforms/platform.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const RETENTION_DAYS = 5

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  let log: DeliveryLog
  beforeEach(async () => {
    room = await openPostRoom(create)
    log = createDeliveryLog({ db: room.office.db, clock: room.clock, retentionDays: RETENTION_DAYS })
    await room.office.destination()
  })
  afterEach(() => room.close())

  const kept = async () => (await log.list({}, 200)).deliveries.map(({ event_type }) => event_type).sort()
  const attempts = async () => {
    const rows = await room.office.db.read.selectFrom('delivery_attempts').select('id').execute()
    return rows.length
  }

  test('what was sent of an approval is kept while it is open, and so long after its end', async () => {
    await room.worker()
    const approval = await room.office.ask({ expiresInSeconds: 7 * 24 * 3600 })
    await room.settled(approval.id, 1)
    room.advance((RETENTION_DAYS + 1) * DAY_MS)
    await log.forgetOld()
    expect(await kept()).toEqual(['approval.requested'])
    await room.office.desk.withdraw({ approvalId: approval.id })
    await room.settled(approval.id, 2)
    room.advance(RETENTION_DAYS * DAY_MS)
    await log.forgetOld()
    expect(await kept()).toEqual(['approval.requested', 'approval.withdrawn'])
    expect(await attempts()).toBe(2)
    room.advance(1)
    await log.forgetOld()
    expect(await kept()).toEqual([])
    expect(await attempts()).toBe(0)
  })

  test('what was never sent is kept for ever, and sent when its destination is there again', async () => {
    await room.office.db.transact((trx) =>
      trx
        .updateTable('destinations')
        .set({ cool_until: 10 ** 15 })
        .execute(),
    )
    const approval = await room.office.ask()
    await room.office.desk.withdraw({ approvalId: approval.id })
    room.advance(100 * DAY_MS)
    await log.forgetOld()
    expect(await kept()).toEqual(['approval.requested', 'approval.withdrawn'])
  })

  test('of a replay, the first cards of what is closed come after those of what is not', async () => {
    const closed = await room.office.ask({ risk: { level: 'critical', score: null } })
    await room.office.desk.withdraw({ approvalId: closed.id })
    const dead = (changed: object) =>
      room.office.db.transact((trx) =>
        trx
          .updateTable('deliveries')
          .set({ state: 'dead', finished_at: 1, ...changed })
          .execute(),
      )
    await dead({ class: 0, lane: 'key', rank: 5 })
    const live = await room.office.ask()
    await dead({})
    await log.replayAll({})
    const placesOf = async ({ id }: { id: string }) => (await room.deliveries(id)).map((row) => row.class)
    expect(new Set(await placesOf(closed))).toEqual(new Set([1]))
    expect(await placesOf(live)).toEqual([0])
  })

  test('what is replayed begins anew, with the tries before it still on record', async () => {
    const approval = await room.office.ask()
    room.platform.fail(new Failed('http_500'), {}, 6)
    await room.worker()
    for (let tries = 1; tries < 6; tries++) {
      await expect.poll(attempts, { interval: 5 }).toBe(tries)
      room.advance(600_000)
    }
    const [dead] = await room.settled(approval.id, 1, 'dead')
    const id = dead?.id as string
    expect(await log.replay(id)).toMatchObject({ state: 'pending', attempts: 0, last_error: null })
    await room.settled(approval.id, 1)
    const found = await log.find(id)
    expect(found?.delivery).toMatchObject({ state: 'delivered', attempts: 1 })
    expect(found?.attempts.map(({ code }) => code)).toEqual([...Array(6).fill('http_500'), null])
  })
})
