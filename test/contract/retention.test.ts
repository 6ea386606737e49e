// Shows that approvals which closed long ago are deleted with all that belongs to them, and nothing else is.

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createForgetApprovals } from '../../src/approvals/retention.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { OWNER, press } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const DAYS = 5

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  let place: string
  beforeEach(async () => {
    room = await openPostRoom(create)
    place = await room.office.destination()
  })
  afterEach(() => room.close())

  const forget = () => createForgetApprovals({ db: room.office.db, clock: room.clock, days: DAYS })()
  const withdraw = ({ id }: { id: string }) => room.office.desk.withdraw({ approvalId: id })
  const exists = async ({ id }: { id: string }) => (await room.office.queries.find(id)) !== undefined

  /** How many rows of each table are about these approvals. */
  async function rowsOf(ids: string[]) {
    const { read } = room.office.db
    const count = async (rows: Promise<unknown[]>) => (await rows).length
    return {
      approvals: await count(read.selectFrom('approvals').select('id').where('id', 'in', ids).execute()),
      decisions: await count(
        read.selectFrom('decisions').select('id').where('approval_id', 'in', ids).execute(),
      ),
      events: await count(read.selectFrom('events').select('id').where('approval_id', 'in', ids).execute()),
      deliveries: await count(
        read.selectFrom('deliveries').select('id').where('subject_id', 'in', ids).execute(),
      ),
      cards: await count(
        read.selectFrom('posted_cards').select('handle').where('subject_id', 'in', ids).execute(),
      ),
      audit: await count(read.selectFrom('audit').select('id').where('subject', 'in', ids).execute()),
      personal: await count(
        read
          .selectFrom('audit_personal')
          .innerJoin('audit', 'audit.id', 'audit_id')
          .select('audit_id')
          .where('subject', 'in', ids)
          .execute(),
      ),
    }
  }
  const attempts = async () =>
    (await room.office.db.read.selectFrom('delivery_attempts').select('delivery_id').execute()).map(
      ({ delivery_id }) => delivery_id,
    )

  test('approved, denied, expired and withdrawn ones go; what is open, what closed since, and alerts stay', async () => {
    await room.worker()
    const asked = await Promise.all([1, 2, 3, 4].map(() => room.office.ask({ expiresInSeconds: 60 })))
    const open = await room.office.ask({ expiresInSeconds: 7 * 24 * 3600 })
    const [alert] = await room.tell({})
    const [approved, denied, withdrawn, expired] = asked as [
      (typeof asked)[0],
      (typeof asked)[0],
      (typeof asked)[0],
      (typeof asked)[0],
    ]
    for (const one of asked) await room.settled(one.id, 1)
    await room.office.desk.decide(press(approved, place, 'U1', 'approve'))
    await room.office.desk.decide(press(denied, place, 'U1', 'deny'))
    await withdraw(withdrawn)
    room.advance(60_000)
    await room.office.desk.expireDue()
    for (const one of asked) await room.settled(one.id, 2)
    const ids = asked.map(({ id }) => id)
    const before = await rowsOf(ids)
    expect(before).toMatchObject({ approvals: 4, decisions: 2, events: 8, deliveries: 8 })
    const sent = (await Promise.all(ids.map(room.deliveries))).flat().map(({ id }) => id)
    expect(await attempts()).toEqual(expect.arrayContaining(sent))

    room.advance(DAYS * DAY_MS - 59_999)
    const recent = await room.office.ask()
    await room.settled(recent.id, 1)
    await withdraw(recent)
    await room.settled(recent.id, 2)
    await forget()
    expect(await rowsOf(ids)).toMatchObject({ approvals: 1, decisions: 0 })
    expect(await exists(expired)).toBe(true)

    room.advance(60_000)
    await forget()
    expect(await rowsOf(ids)).toEqual({
      approvals: 0,
      decisions: 0,
      events: 0,
      deliveries: 0,
      cards: 0,
      // Each has one more, which says that it was deleted.
      audit: before.audit + 4,
      personal: 4,
    })
    expect((await attempts()).filter((id) => sent.includes(id))).toEqual([])
    expect(await exists(open)).toBe(true)
    expect(await exists(recent)).toBe(true)
    const events = await room.office.db.read.selectFrom('events').select('id').execute()
    expect(events.map(({ id }) => id)).toContain(alert?.id)
    const trail = await room.office.db.read.selectFrom('audit').selectAll().execute()
    for (const { canonical, leaf } of trail) {
      expect(createHash('sha256').update(`\0${canonical}`).digest('hex')).toBe(leaf)
    }
    expect(
      trail
        .filter(({ action }) => action === 'approval.deleted')
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(ids.toSorted())
  })

  test('one whose card is still to be redrawn stays until it is; a place that is switched off holds up none', async () => {
    const asked = await room.office.ask()
    await withdraw(asked)
    room.advance((DAYS + 1) * DAY_MS)
    await forget()
    expect(await exists(asked)).toBe(true)
    await room.office.db.transact((trx) => trx.updateTable('destinations').set({ enabled: 0 }).execute())
    await forget()
    expect(await exists(asked)).toBe(false)
  })

  test('one that may still run stays until its time is over', async () => {
    const asked = await room.office.ask()
    const { db, desk } = room.office
    await db.transact((trx) =>
      trx
        .updateTable('approvals')
        .set({ grant_seconds: 7 * 24 * 3600 })
        .where('id', '=', asked.id)
        .execute(),
    )
    await room.worker()
    await room.settled(asked.id, 1)
    await desk.decide(press(asked, place, 'U1', 'approve'))
    await room.settled(asked.id, 2)
    room.advance(7 * DAY_MS - 1)
    await forget()
    expect((await room.office.queries.find(asked.id))?.grant?.state).toBe('live')
    room.advance(1)
    await forget()
    expect(await exists(asked)).toBe(false)
  })

  test('one that somebody has seen, and that ran, goes with the proof of both', async () => {
    const { office } = room
    const asked = await office.ask()
    await office.desk.decide(press(asked, place, 'U1', 'approve'))
    await office.db.transact((trx) =>
      trx
        .insertInto('seen')
        .columns(['approval_id', 'person_id', 'digest', 'source', 'seen_at'])
        .expression((eb) =>
          eb
            .selectFrom('decisions')
            .select(['approval_id', 'person_id', 'verdict', 'source', 'decided_at'])
            .where('approval_id', '=', asked.id),
        )
        .execute(),
    )
    const { tool, arguments: args } = asked.action
    const redeemed = await office.desk.redeem({
      approvalId: asked.id,
      ownerKeyId: OWNER,
      action: { tool, arguments: args },
    })
    expect(redeemed.ok).toBe(true)
    await office.db.transact((trx) => trx.updateTable('destinations').set({ enabled: 0 }).execute())
    room.advance((DAYS + 1) * DAY_MS)
    await forget()
    expect(await exists(asked)).toBe(false)
    for (const table of ['seen', 'redemptions'] as const) {
      expect(await office.db.read.selectFrom(table).selectAll().execute()).toEqual([])
    }
  })

  test('unless somebody asks for it nothing is deleted', async () => {
    const asked = await room.office.ask({ expiresInSeconds: 60 })
    await withdraw(asked)
    await room.office.db.transact((trx) => trx.updateTable('destinations').set({ enabled: 0 }).execute())
    room.advance(10_000 * DAY_MS)
    await createForgetApprovals({ db: room.office.db, clock: room.clock, days: undefined })()
    expect(await exists(asked)).toBe(true)
  })

  test('many go a few at a time, by two processes too, and a click goes in between', async () => {
    await room.office.db.transact((trx) => trx.updateTable('destinations').set({ enabled: 0 }).execute())
    const asked = await Promise.all(Array.from({ length: 210 }, () => room.office.ask()))
    for (const one of asked) await withdraw(one)
    room.advance((DAYS + 1) * DAY_MS)
    const left = async () => (await rowsOf(asked.map(({ id }) => id))).approvals
    const live = await room.office.ask()
    const removed = forget().then(() => 'all are removed')
    await eventually(async () => (await left()) < asked.length)
    const clicked = withdraw(live).then(() => 'the click is answered')
    expect(await Promise.race([removed, clicked])).toBe('the click is answered')
    await removed
    expect(await left()).toBe(10)
    const other = name === 'postgres' ? await room.otherOffice() : room.office
    const there = createForgetApprovals({ db: other.db, clock: room.clock, days: DAYS })
    await Promise.all([forget(), there()])
    expect(await left()).toBe(0)
  })
})
