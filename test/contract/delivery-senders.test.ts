// Shows that one sender serves each destination, many at once, and that another takes over from a silent one.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DestinationRow } from '../../db/schema.ts'
import { Failed, Undeliverable } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import type { Office } from '../fakes/office.ts'
import { LEASE_MS, openPostRoom, type PostRoom } from '../fakes/post-room.ts'

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom

  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  /** Another process's worth on PostgreSQL; on SQLite the one server. */
  const another = async () => (name === 'postgres' ? room.otherOffice() : room.office)
  const cardsOf = (approvalId: string) =>
    room.office.db.read.selectFrom('posted_cards').selectAll().where('subject_id', '=', approvalId).execute()
  const leases = async () =>
    (await room.office.db.read.selectFrom('destinations').select('lease_id').execute()).map(
      (row) => row.lease_id,
    )
  const change = (id: string, what: Partial<DestinationRow>) =>
    room.office.db.transact((trx) => trx.updateTable('destinations').set(what).where('id', '=', id).execute())
  /** The office as a worker sees it, with something that happens around each of its transactions. */
  const watched = (around: (commit: () => Promise<unknown>) => Promise<unknown>): Office => ({
    ...room.office,
    db: {
      ...room.office.db,
      transact: (work) => around(() => room.office.db.transact(work)) as ReturnType<typeof work>,
    },
  })

  /** A sender hangs in its post until another has taken over and posted too. */
  async function takenOver() {
    const place = await room.office.destination()
    await room.worker()
    await room.worker(await another())
    const asked = await room.office.ask()
    const silent = room.platform.hang()
    room.advance(0)
    await silent.reached
    room.advance(LEASE_MS)
    await room.settled(asked.id, 1)
    return { asked, place, silent }
  }

  test('a sender that was silent too long settles nothing, and both its card and the other are redrawn', async () => {
    const { asked, silent } = await takenOver()
    silent.release()
    await eventually(async () => (await cardsOf(asked.id)).length === 2)
    expect(await room.settled(asked.id, 1)).toMatchObject([{ attempts: 1 }])
    await room.office.desk.withdraw({ approvalId: asked.id })
    await room.settled(asked.id, 2)
    expect(room.platform.cards(asked.id)).toEqual({ 'message 1': 'withdrawn', 'message 2': 'withdrawn' })
  })

  test('a card that comes to light after its approval was closed is redrawn', async () => {
    const { asked, silent } = await takenOver()
    await room.office.desk.withdraw({ approvalId: asked.id })
    await room.settled(asked.id, 2)
    expect(room.platform.cards(asked.id)).toEqual({ 'message 1': 'withdrawn' })
    silent.release()
    await eventually(() => room.platform.cards(asked.id)['message 2'] === 'withdrawn')
  })

  test.each([
    ['fails', new Failed('http_500')],
    ['finds its destination gone', new Undeliverable('destination', 'channel_not_found')],
  ])('a sender that was silent too long and then %s changes nothing', async (_, error) => {
    const { asked, place, silent } = await takenOver()
    silent.release(error)
    await room.settled((await room.office.ask()).id, 1)
    expect(await room.deliveries(asked.id)).toMatchObject([
      { state: 'delivered', attempts: 1, last_error: null },
    ])
    const { read } = room.office.db
    expect(await read.selectFrom('destinations').select('enabled').execute()).toEqual([{ enabled: 1 }])
    expect(await read.selectFrom('audit').select('id').where('subject', '=', place).execute()).toEqual([])
  })

  test('a lease that a dead process left behind is freed at the start, or runs out', async () => {
    await room.office.destination({ lease_id: 'lease_dead', lease_until: room.clock.now() + LEASE_MS })
    const other = await room.office.destination()
    const asked = await room.office.ask()
    await room.worker()
    if (name === 'postgres') {
      await eventually(() => room.platform.sent.length > 0)
      expect(room.platform.tried).toMatchObject([{ to: other }])
      room.advance(LEASE_MS)
    }
    await room.settled(asked.id, 2)
  })

  test('many destinations are served while one hangs', async () => {
    const slow = await room.office.destination()
    for (let i = 0; i < 20; i++) await room.office.destination()
    const post = room.platform.hang({ to: slow })
    const asked = [await room.office.ask(), await room.office.ask()]
    await room.worker()
    await eventually(() => room.platform.sent.length === 40)
    expect(room.platform.sent.filter(({ to }) => to === slow)).toEqual([])
    post.release()
    for (const { id } of asked) await room.settled(id, 21)
  })

  test('stop waits for the send under way, takes nothing new and leaves no lease', async () => {
    await room.office.destination()
    const post = room.platform.hang()
    const asked = [await room.office.ask(), await room.office.ask()]
    const worker = await room.worker()
    await post.reached
    let stopped = false
    const stopping = worker.stop().then(() => {
      stopped = true
    })
    await room.office.ask()
    expect(stopped).toBe(false)
    post.release()
    await stopping
    expect(room.platform.tried).toHaveLength(1)
    const states = await Promise.all(asked.map(async ({ id }) => (await room.deliveries(id))[0]?.state))
    expect(states).toEqual(['delivered', 'pending'])
    expect(await leases()).toEqual([null])
  })

  test('stop waits for a claim under way, and leaves no lease either', async () => {
    await room.office.destination()
    const claim = { reached: Promise.withResolvers<void>(), go: Promise.withResolvers<void>(), hold: false }
    const worker = await room.worker(
      watched(async (commit) => {
        if (claim.hold) {
          claim.reached.resolve()
          await claim.go.promise
        }
        return commit()
      }),
    )
    claim.hold = true
    await room.office.ask()
    await claim.reached.promise
    let stopped = false
    const stopping = worker.stop().then(() => {
      stopped = true
    })
    await room.office.db.read.selectFrom('destinations').select('id').execute()
    expect(stopped).toBe(false)
    claim.go.resolve()
    await stopping
    expect(room.platform.tried).toEqual([])
    expect(await leases()).toEqual([null])
  })

  test('a sender whose lease was taken between two sends sends no more', async () => {
    const place = await room.office.destination()
    const asked = [await room.office.ask(), await room.office.ask()]
    let taken = false
    const worker = await room.worker(
      watched(async (commit) => {
        const result = await commit()
        if (!taken && room.platform.sent.length === 1) {
          taken = true
          room.clock.advance(LEASE_MS)
          await change(place, { lease_id: 'lease_other', lease_until: room.clock.now() + LEASE_MS })
        }
        return result
      }),
    )
    await eventually(
      async () => (await room.deliveries(asked[0]?.id ?? ''))[0]?.state === 'delivered' && taken,
    )
    await worker.stop()
    expect(room.platform.tried).toHaveLength(1)
    expect(await leases()).toEqual(['lease_other'])
  })

  test('a destination that another process has just cooled is not taken', async () => {
    const place = await room.office.destination()
    const other = await room.office.destination()
    const asked = await room.office.ask()
    let cooled = false
    const until = room.clock.now() + 5_000
    // On SQLite the start itself commits once.
    let commits = 0
    await room.worker(
      watched(async (commit) => {
        commits += 1
        if (!cooled && commits === (name === 'sqlite' ? 2 : 1)) {
          cooled = true
          await change(place, { cool_until: until })
        }
        return commit()
      }),
    )
    await eventually(() => room.platform.sent.some(({ to }) => to === other))
    expect(room.platform.tried).toMatchObject([{ to: other }])
    room.advance(5_000)
    await room.settled(asked.id, 2)
  })

  test('a card that waits for another try keeps nobody busy, also when more of it is due', async () => {
    await room.office.destination()
    let commits = 0
    await room.worker(
      watched((commit) => {
        commits += 1
        return commit()
      }),
    )
    room.platform.fail(new Failed('http_500'))
    const asked = await room.office.ask()
    await eventually(
      async () => (await room.deliveries(asked.id))[0]?.attempts === 1 && (await leases())[0] === null,
    )
    await room.office.desk.withdraw({ approvalId: asked.id })
    const before = commits
    await expect(eventually(() => commits > before + 10, 400)).rejects.toThrow('did not happen')
    room.advance(10_000)
    await room.settled(asked.id, 2)
  })

  test('two senders, 5 destinations, 40 cards each: every card is posted exactly once', async () => {
    const places: string[] = []
    for (let i = 0; i < 5; i++) places.push(await room.office.destination())
    const other = await another()
    await room.worker()
    await room.worker(other)
    const asked = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? other : room.office).ask()))
    await eventually(() => room.platform.sent.length >= 200, 15_000)
    for (const { id } of asked) await room.settled(id, 5)
    const posts = room.platform.tried.map(({ what, to, about }) => `${what} ${about} ${to}`)
    expect(posts).toHaveLength(200)
    expect(new Set(posts).size).toBe(200)
  })
})
