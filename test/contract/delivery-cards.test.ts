// Shows that each approval has one card per destination, which is redrawn when it is closed and ends up true.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failed, Undeliverable } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { press } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'
import type { Sent } from '../fakes/scripted-platform.ts'

describe.each(databases)('on $name', ({ create }) => {
  let room: PostRoom

  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  const cardsOnRecord = () => room.office.db.read.selectFrom('posted_cards').selectAll().execute()
  const sentAbout = ({ id }: { id: string }) =>
    room.platform.sent.filter((send) => send.about === id).map(({ what, status }) => `${what} ${status}`)

  test('a card that is decided while its post is under way ends up decided', async () => {
    const place = await room.office.destination()
    const asked = await room.office.ask()
    const post = room.platform.hang()
    await room.worker()
    await post.reached
    const outcome = await room.office.desk.decide(
      press(asked, place, 'U1', 'approve', { at: { destinationIds: [place], handle: 'message 1' } }),
    )
    expect(outcome.ok).toBe(true)
    post.release()
    await room.settled(asked.id, 2)
    expect(sentAbout(asked)).toEqual(['post pending', 'redraw approved'])
    expect(room.platform.cards(asked.id)).toEqual({ 'message 1': 'approved' })
  })

  test.each(['approval.decided', 'approval.expired', 'approval.withdrawn'])(
    '%s redraws the card and is never a second message, whether the destination hears it or not',
    async (type) => {
      const deaf = await room.office.destination({ events: '["approval.requested"]' })
      const calm = await room.office.destination()
      await room.worker()
      const asked = await room.office.ask({ expiresInSeconds: 10 })
      await room.settled(asked.id, 2)
      // Nothing of it may hang on what a destination hears now.
      await room.office.db.transact((trx) =>
        trx.updateTable('destinations').set({ min_severity: 'critical' }).where('id', '=', calm).execute(),
      )
      const { handle } = room.platform.sent.find((send) => send.to === deaf) as Sent
      if (type === 'approval.decided')
        await room.office.desk.decide(
          press(asked, deaf, 'U1', 'deny', { at: { destinationIds: [deaf], handle } }),
        )
      if (type === 'approval.withdrawn') await room.office.desk.withdraw({ approvalId: asked.id })
      room.advance(10_000)
      await room.office.desk.expireDue()

      const rows = await room.settled(asked.id, 4)
      expect(rows.slice(2).map((row) => row.type)).toEqual([type, type])
      expect(new Set(rows.slice(2).map((row) => row.destination_id))).toEqual(new Set([deaf, calm]))
      const status = type === 'approval.decided' ? 'denied' : type.replace('approval.', '')
      expect(room.platform.cards(asked.id)).toEqual({ 'message 1': status, 'message 2': status })
      expect(room.platform.sent).toHaveLength(4)
    },
  )

  test('a destination that hears only decisions gets one card, closed', async () => {
    const place = await room.office.destination()
    const archive = await room.office.destination({ events: '["approval.decided"]' })
    await room.worker()
    const [asked, withdrawn] = [await room.office.ask(), await room.office.ask()]
    await room.office.desk.withdraw({ approvalId: withdrawn.id })
    await room.office.desk.decide(press(asked, place, 'U1', 'approve'))
    await room.settled(asked.id, 3)
    await room.settled(withdrawn.id, 2)
    expect(room.platform.sent.filter(({ to }) => to === archive)).toMatchObject([
      { what: 'post', about: asked.id, status: 'approved' },
    ])
  })

  test('a post that is dead stays silent at the closing too', async () => {
    await room.office.destination()
    const asked = await room.office.ask()
    room.platform.fail(new Undeliverable('message', 'msg_too_long'))
    await room.worker()
    await room.settled(asked.id, 1, 'dead')
    await room.office.desk.withdraw({ approvalId: asked.id })
    await eventually(async () => (await room.deliveries(asked.id))[1]?.state === 'skipped')
    expect(room.platform.tried).toHaveLength(1)
  })

  test('a card that waits for another try holds back its own later news and nobody else', async () => {
    await room.office.destination()
    const [held, free] = [await room.office.ask(), await room.office.ask()]
    room.platform.fail(new Failed('http_500'), { about: held.id })
    await room.worker()
    await room.settled(free.id, 1)
    const [failed] = await room.deliveries(held.id)
    expect(failed).toMatchObject({ state: 'pending', attempts: 1 })

    await room.office.desk.withdraw({ approvalId: held.id })
    await room.settled((await room.office.ask()).id, 1)
    expect((await room.deliveries(held.id)).map((row) => row.state)).toEqual(['pending', 'pending'])
    expect(sentAbout(held)).toEqual([])

    room.advance((failed?.next_attempt_at ?? 0) - room.clock.now())
    await room.settled(held.id, 2)
    expect(sentAbout(held)).toEqual(['post withdrawn', 'redraw withdrawn'])
  })

  test('a click on a card that we do not know adopts it: it is redrawn, and none is posted beside it', async () => {
    const place = await room.office.destination()
    const asked = await room.office.ask()
    // Killed between the platform's answer and our write: the post happened, its delivery is still pending.
    expect((await room.office.desk.decide(press(asked, place, 'U1', 'approve'))).ok).toBe(true)
    await room.worker()
    await room.settled(asked.id, 2)
    expect(room.platform.cards(asked.id)).toEqual({ [`card of ${asked.id}`]: 'approved' })
    expect(sentAbout(asked)).toEqual(['redraw approved', 'redraw approved'])
    expect(await cardsOnRecord()).toMatchObject([{ destination_id: place, subject_id: asked.id }])
  })

  test('a late click on a copy that we do not know is refused, and the copy is brought to the truth', async () => {
    const place = await room.office.destination()
    await room.worker()
    const asked = await room.office.ask()
    await room.settled(asked.id, 1)
    await room.office.desk.withdraw({ approvalId: asked.id })
    await room.settled(asked.id, 2)
    const late = await room.office.desk.decide(press(asked, place, 'U1', 'approve'))
    expect(late).toMatchObject({ ok: false, refusal: { code: 'already_decided' } })
    await eventually(() => room.platform.cards(asked.id)[`card of ${asked.id}`] === 'withdrawn')
    await room.settled(asked.id, 2)
  })

  test('a card of another approval, or at a place that was never sent this one, decides nothing', async () => {
    const place = await room.office.destination()
    await room.worker()
    const [asked, other] = [await room.office.ask(), await room.office.ask()]
    await room.settled(asked.id, 1)
    await room.settled(other.id, 1)
    const elsewhere = await room.office.destination()
    const [card] = (await cardsOnRecord()).filter((row) => row.subject_id === other.id)
    const clicks = [
      { destinationIds: [place], handle: card?.handle ?? '' },
      { destinationIds: [elsewhere, place], handle: card?.handle ?? '' },
      { destinationIds: [elsewhere], handle: 'a forged card' },
      { destinationIds: [], handle: 'a forged card' },
    ]
    for (const at of clicks) {
      expect(await room.office.desk.decide(press(asked, place, 'U1', 'approve', { at }))).toMatchObject({
        ok: false,
        refusal: { code: 'not_a_reviewer' },
      })
    }
    expect((await room.office.queries.find(asked.id))?.status).toBe('pending')
    expect(await cardsOnRecord()).toHaveLength(2)
  })
})
