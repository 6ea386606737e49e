// Shows how long a deleted destination keeps its secrets: until its cards are closed and drawn, and no longer.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDestinations, type Destinations } from '../../src/destinations/destinations.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const TOKEN = 'xoxb-of-the-place'
const ADMIN = 'key_admin'

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom
  let destinations: Destinations
  beforeAll(async () => {
    room = await openPostRoom(create)
    const { db } = room.office
    destinations = createDestinations({ db, clock: room.clock, secretKey: Buffer.alloc(32, 7), kinds: [] })
  })
  afterAll(() => room.close())

  async function place(): Promise<string> {
    const filter = { events: null, min_severity: 'info', tools: null, agents: null } as const
    const fields = { name: 'a place', ...filter, retry_policy: null, settings: USUAL_SETTINGS, enabled: true }
    return (await destinations.create('scripted', { ...fields, config: { token: TOKEN } }, ADMIN)).id
  }
  /** As kept, and whether its cards may still be pressed and redrawn. */
  const kept = async (id: string) => {
    const { read } = room.office.db
    const row = await read
      .selectFrom('destinations')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { config: row.config, isSealed: row.sealed_secrets !== '', enabled: row.enabled }
  }
  const isKept = { config: JSON.stringify({ token: TOKEN }), isSealed: true, enabled: 1 }
  const isForgotten = { config: '{}', isSealed: false, enabled: 0 }

  test('one that is not deleted, or only switched off, is never forgotten', async () => {
    const [id, off] = [await place(), await place()]
    await destinations.update(off, { enabled: false }, ADMIN)
    await destinations.forgetRemoved()
    expect(await kept(id)).toEqual(isKept)
    expect(await kept(off)).toEqual({ ...isKept, enabled: 0 })
    await destinations.remove(id, ADMIN)
  })

  test('one whose provider takes nothing is forgotten once its cards are closed: it can draw none', async () => {
    const [before, after] = [await place(), await place()]
    const worker = await room.worker()
    const asked = await room.office.ask()
    await room.settled(asked.id, 2)
    await worker.stop()
    await destinations.disable(before, 'app_removed')
    for (const id of [before, after]) await destinations.remove(id, ADMIN)
    const told = () => room.office.db.read.selectFrom('events').select('id').execute()
    const heard = await told()
    await destinations.disable(after, 'app_removed')
    await destinations.forgetRemoved()
    const isOff = { ...isKept, enabled: 0 }
    expect([await kept(before), await kept(after)]).toEqual([isOff, isOff])
    expect(await told()).toEqual(heard)
    await room.office.desk.withdraw({ approvalId: asked.id })
    await destinations.forgetRemoved()
    expect([await kept(before), await kept(after)]).toEqual([isForgotten, isForgotten])
  })

  test('they are kept while an approval is open, then until its card is redrawn, and then wiped', async () => {
    const id = await place()
    const worker = await room.worker()
    const asked = await room.office.ask()
    await room.settled(asked.id, 1)
    await worker.stop()

    await destinations.remove(id, ADMIN)
    await destinations.forgetRemoved()
    expect(await kept(id)).toEqual(isKept)
    await room.office.desk.withdraw({ approvalId: asked.id })
    await destinations.forgetRemoved()
    expect(await kept(id)).toEqual(isKept)

    const again = await room.worker()
    await room.settled(asked.id, 2)
    await again.stop()
    expect(Object.values(room.platform.cards(asked.id))).toEqual(['withdrawn'])
    await destinations.forgetRemoved()
    expect(await kept(id)).toEqual(isForgotten)
  })

  test('they are kept while an approval is open that was sent there, also where no card is known, as by webhook', async () => {
    const [id, unasked] = [await place(), await place()]
    await destinations.update(unasked, { tools: ['nothing.*'] }, ADMIN)
    const worker = await room.worker()
    const asked = await room.office.ask()
    await room.settled(asked.id, 1)
    await worker.stop()
    await room.office.db.transact((trx) => trx.deleteFrom('posted_cards').execute())
    for (const one of [id, unasked]) await destinations.remove(one, ADMIN)
    await destinations.forgetRemoved()
    expect([await kept(id), await kept(unasked)]).toEqual([isKept, isForgotten])

    await room.office.desk.withdraw({ approvalId: asked.id })
    const again = await room.worker()
    await eventually(async () => (await room.deliveries(asked.id)).every(({ state }) => state !== 'pending'))
    await again.stop()
    await destinations.forgetRemoved()
    expect(await kept(id)).toEqual(isForgotten)
  })

  test('what it was not sent before it was deleted it is never sent', async () => {
    const [id, other] = [await place(), await place()]
    const asked = await room.office.ask()
    await destinations.remove(id, ADMIN)
    await room.worker()
    const tried = () => room.platform.tried.filter(({ about }) => about === asked.id)
    await eventually(() => tried().length > 0)
    expect(tried()).toMatchObject([{ to: other }])
    const states = (await room.deliveries(asked.id)).map((row) => [row.destination_id, row.state])
    expect(states).toContainEqual([id, 'skipped'])
  })
})
