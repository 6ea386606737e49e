// Shows that from the moment a destination is removed or switched off nothing pressed there counts, race or no race.

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAcknowledge } from '../../src/alerts/acknowledge.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { createDestinations, type Destinations } from '../../src/destinations/destinations.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import { rememberCard } from '../../src/store/posted-cards.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { press } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const ADMIN = 'key_admin'

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  let destinations: Destinations
  beforeAll(async () => {
    room = await openPostRoom(create)
    const { db } = room.office
    destinations = createDestinations({ db, clock: room.clock, secretKey: Buffer.alloc(32, 7), kinds: [] })
    await room.worker()
  })
  afterAll(() => room.close())

  async function place(): Promise<string> {
    const filter = { events: null, min_severity: 'info', tools: null, agents: null } as const
    const fields = { name: 'a place', ...filter, retry_policy: null, settings: USUAL_SETTINGS, enabled: true }
    return (await destinations.create('scripted', { ...fields, config: {} }, ADMIN)).id
  }
  /** An approval whose card stands at the destination. */
  async function ask(id: string): Promise<{ asked: ApprovalView; handle: string }> {
    const asked = await room.office.ask()
    const handle = await cardAt(id, asked.id)
    await eventually(() => isSettled(id, asked))
    return { asked, handle }
  }
  const cardAt = (id: string, about: string) =>
    eventually(() => room.platform.sent.find((sent) => sent.to === id && sent.about === about)?.handle)
  const pressAt = (id: string, asked: ApprovalView, handle: string) =>
    room.office.desk.decide(
      press(asked, id, `U${handle}`, 'approve', { at: { destinationIds: [id], handle } }),
    )
  const isSettled = async (id: string, { id: about }: ApprovalView) =>
    (await room.deliveries(about)).every((row) => row.destination_id !== id || row.state === 'delivered')
  const statusOf = async ({ id }: ApprovalView) => (await room.office.queries.find(id))?.status
  const refusedWith = (code: string) => ({ ok: false, refusal: { code, status: 403 } })

  test('a press at a removed place is refused after what it is about, and before who pressed', async () => {
    const id = await place()
    const { asked, handle } = await ask(id)
    const closed = await ask(id)
    await room.office.desk.withdraw({ approvalId: closed.asked.id })
    await destinations.remove(id, ADMIN)
    expect(await pressAt(id, asked, handle)).toMatchObject(refusedWith('destination_removed'))
    expect(await pressAt(id, closed.asked, closed.handle)).toMatchObject({
      refusal: { code: 'already_decided' },
    })
    const stranger = press(asked, id, 'U9', 'approve', { at: { destinationIds: [id], handle } })
    const by = { ...stranger.by, standing: 'unknown' } as typeof stranger.by
    expect(await room.office.desk.decide({ ...stranger, by })).toMatchObject(
      refusedWith('destination_removed'),
    )
    expect(await statusOf(asked)).toBe('pending')
  })

  test('a card that still shows buttons at a removed place is drawn again when it is pressed', async () => {
    const id = await place()
    const { asked, handle } = await ask(id)
    await destinations.remove(id, ADMIN)
    const redraws = () => room.platform.sent.filter(({ what, to }) => what === 'redraw' && to === id).length
    await eventually(async () => redraws() > 0 && (await isSettled(id, asked)))
    const before = redraws()
    await pressAt(id, asked, handle)
    await eventually(() => redraws() > before)
  })

  test('a card that nobody remembers is refused at a removed place, and counts for a place that is on', async () => {
    const [removed, on] = [await place(), await place()]
    const { asked } = await ask(on)
    await destinations.remove(removed, ADMIN)
    const { strictDesk } = room.office
    const gone = { at: { destinationIds: [removed], handle: 'forgotten' } }
    expect(await strictDesk.decide(press(asked, removed, 'U1', 'approve', gone))).toMatchObject(
      refusedWith('destination_removed'),
    )
    const at = { destinationIds: [removed, on], handle: 'forgotten' }
    // Approved is only what is shown whole, which of this card nobody knows.
    expect(await strictDesk.decide(press(asked, removed, 'U1', 'approve', { at }))).toMatchObject(
      refusedWith('details_not_opened'),
    )
    expect(await strictDesk.decide(press(asked, removed, 'U1', 'deny', { at }))).toMatchObject({ ok: true })
    await destinations.remove(on, ADMIN)
  })

  test('off by an admin nothing counts, by its provider it does, and on again it does', async () => {
    const id = await place()
    const [one, two, three] = [await ask(id), await ask(id), await ask(id)]
    await destinations.update(id, { enabled: false }, ADMIN)
    expect(await pressAt(id, one.asked, one.handle)).toMatchObject(refusedWith('destination_off'))
    await destinations.update(id, { enabled: true }, ADMIN)
    expect(await pressAt(id, one.asked, one.handle)).toMatchObject({ ok: true })
    await destinations.disable(id, 'channel_not_found')
    expect(await pressAt(id, two.asked, two.handle)).toMatchObject({ ok: true })
    await destinations.update(id, { enabled: false }, ADMIN)
    expect(await pressAt(id, three.asked, three.handle)).toMatchObject(refusedWith('destination_off'))
    await destinations.remove(id, ADMIN)
    expect(await pressAt(id, three.asked, three.handle)).toMatchObject(refusedWith('destination_removed'))
  })

  test('an alert is not acknowledged at a removed place, nor at one that an admin switched off', async () => {
    const { db } = room.office
    const acknowledge = createAcknowledge({ db, clock: room.clock, publicUrl: 'http://countersign.test' })
    const id = await place()
    const [alert] = await room.tell({})
    const eventId = String(alert?.id)
    const at = { destinationIds: [id], handle: await cardAt(id, eventId) }
    const { by } = press({ id: eventId }, id, 'U1', 'approve')
    await destinations.update(id, { enabled: false }, ADMIN)
    expect(await acknowledge({ eventId, by, at })).toMatchObject(refusedWith('destination_off'))
    await destinations.remove(id, ADMIN)
    expect(await acknowledge({ eventId, by, at })).toMatchObject(refusedWith('destination_removed'))
  })

  test('removed and pressed at once, it is decided before or not at all', async () => {
    const id = await place()
    const cards = [await ask(id), await ask(id), await ask(id), await ask(id), await ask(id)]
    const presses = cards.map(
      ({ asked, handle }) =>
        () =>
          pressAt(id, asked, handle),
    )
    const [outcomes] = await Promise.all([
      Promise.all(presses.map((decide) => decide())),
      destinations.remove(id, ADMIN),
    ])
    for (const [index, outcome] of outcomes.entries()) {
      const { asked, handle } = cards[index] as (typeof cards)[number]
      expect(await statusOf(asked)).toBe(outcome.ok ? 'approved' : 'pending')
      if (!outcome.ok) expect(outcome).toMatchObject(refusedWith('destination_removed'))
      expect(await pressAt(id, asked, handle)).toMatchObject({
        refusal: { code: outcome.ok ? 'already_decided' : 'destination_removed' },
      })
    }
  })

  test('what is being sent while it is removed is drawn once more, as the removed place it is', async () => {
    const id = await place()
    const posting = room.platform.hang({ what: 'post', to: id })
    const asked = await room.office.ask()
    await posting.reached
    await destinations.remove(id, ADMIN)
    posting.release()
    const redrawn = () => room.platform.sent.filter((sent) => sent.to === id && sent.about === asked.id)
    await eventually(() => redrawn().some(({ what }) => what === 'redraw'))
    expect(redrawn().map(({ what, place }) => [what, place])).toEqual([
      ['post', 'on'],
      ['redraw', 'removed'],
    ])
  })

  test.runIf(name === 'postgres').each([
    ['off', 'destination_off', (id: string) => destinations.update(id, { enabled: false }, ADMIN)],
    ['removed', 'destination_removed', (id: string) => destinations.remove(id, ADMIN)],
  ] as const)(
    'a press that waits for the approval while its place is %s does not count',
    async (_how, code, close) => {
      const { db } = room.office
      const id = await place()
      const { asked, handle } = await ask(id)
      const [locked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const holding = db.transact(async (trx) => {
        await trx.selectFrom('approvals').select('id').where('id', '=', asked.id).forUpdate().execute()
        locked.resolve()
        await released.promise
      })
      await locked.promise
      const pressing = pressAt(id, asked, handle)
      const waits = sql`select pid from pg_locks where not granted`
      await eventually(async () => (await waits.execute(db.read)).rows.length > 0)
      await close(id)
      released.resolve()
      await holding
      expect(await pressing).toMatchObject(refusedWith(code))
      expect(await statusOf(asked)).toBe('pending')
    },
  )

  test.runIf(name === 'postgres')(
    'a card that is being written down while its place is removed is drawn once more',
    async () => {
      const { db } = room.office
      const id = await place()
      const posting = room.platform.hang({ what: 'post', to: id })
      const asked = await room.office.ask()
      await posting.reached
      const written = Promise.withResolvers<void>()
      const card = {
        destination_id: id,
        handle: 'written',
        subject_id: asked.id,
        posted_at: room.clock.now(),
        whole: 1,
      }
      const writing = db.transact(async (trx) => {
        await rememberCard(trx, card)
        await written.promise
      })
      const removing = destinations.remove(id, ADMIN).then(() => 'removed')
      const waits = sql<{ pid: number }>`select pid from pg_locks where not granted`
      const isWaiting = eventually(async () => (await waits.execute(db.read)).rows.length > 0)
      expect(await Promise.race([removing, isWaiting])).toBe(true)
      written.resolve()
      await Promise.all([writing, removing])
      const here = (await room.deliveries(asked.id)).find((row) => row.destination_id === id)
      expect(here?.state).toBe('pending')
      posting.release()
    },
  )

  test('one that an admin had switched off is drawn too when it is removed', async () => {
    const id = await place()
    const { asked } = await ask(id)
    await destinations.update(id, { enabled: false }, ADMIN)
    await destinations.remove(id, ADMIN)
    await eventually(() =>
      room.platform.sent.some((sent) => sent.about === asked.id && sent.place === 'removed'),
    )
  })
})
