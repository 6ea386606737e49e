// Shows in which order a destination is sent what waits: keys take turns, cards come before alerts, and none is held up.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failed } from '../../src/platforms/platform.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { UNREACHED_AFTER_MS } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const INTERVAL_MS = 1_000
/** One message a second, as in most chats. */
const PACED = { pace: () => [{ bucket: 'the place', perSecond: 1 }] }

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create, PACED)
    await room.office.destination()
  })
  afterEach(() => room.close())

  const start = async () => {
    await room.worker()
    if (name === 'postgres') await room.worker(await room.otherOffice())
  }
  const ask = (
    ownerKeyId: string,
    level: 'low' | 'medium' | 'critical' = 'medium',
    expiresInSeconds = 3600,
  ) => room.office.ask({ ownerKeyId, risk: { level, score: null }, expiresInSeconds })
  const alerts = (count: number) =>
    room.tell(
      ...Array.from({ length: count }, (_, i) => ({ summary: `alert ${i}`, severity: 'info' as const })),
    )
  /** Lets the time pass in which one message may go, and resolves once it went, or did not. */
  async function interval() {
    const { length } = room.platform.tried
    room.advance(INTERVAL_MS)
    await eventually(() => room.platform.tried.length > length, 300).catch(() => {})
  }
  async function sendUntil(total: number) {
    for (let tries = 0; room.platform.sent.length < total; tries++) {
      if (tries > 3 * total) throw new Error('too little was sent')
      await interval()
    }
  }
  /** Once nothing is under way and nothing may go before time passes. */
  const atRest = () =>
    eventually(async () => {
      const place = await room.office.db.read.selectFrom('destinations').selectAll().executeTakeFirstOrThrow()
      return place.lease_id === null && (place.cool_until ?? 0) > room.clock.now()
    })
  const sentFrom = (index: number) => room.platform.sent.slice(index).map(({ about }) => about)

  test('behind a thousand alerts and 200 critical cards of another key a card is the next new one', async () => {
    await alerts(1_000)
    for (let i = 0; i < 200; i++) await ask('key_noisy', 'critical')
    await start()
    await sendUntil(3)
    await atRest()
    const { length } = room.platform.sent
    const { id } = await ask('key_quiet')
    await sendUntil(length + 1)
    expect(sentFrom(length)).toEqual([id])
  })

  test('keys take turns, each with its most urgent card first', async () => {
    const a = [await ask('key_a', 'low'), await ask('key_a', 'critical'), await ask('key_a', 'low', 60)]
    const b = [await ask('key_b', 'medium'), await ask('key_b', 'medium', 60)]
    const c = [await ask('key_c', 'low')]
    await start()
    await sendUntil(6)
    const ids = [a[1], b[1], c[0], a[2], b[0], a[0]].map((approval) => approval?.id)
    expect(sentFrom(0)).toEqual(ids)
  })

  test('new cards and updates of cards take turns', async () => {
    const first = [await ask('key_a'), await ask('key_a')]
    await start()
    await sendUntil(2)
    const later = [await ask('key_a'), await ask('key_a')]
    for (const { id } of first) await room.office.desk.withdraw({ approvalId: id })
    await sendUntil(6)
    const what = room.platform.sent.slice(2).map((sent) => sent.what)
    expect(what.slice(1)).toEqual(
      what[0] === 'redraw' ? ['post', 'redraw', 'post'] : ['redraw', 'post', 'redraw'],
    )
    expect(new Set(sentFrom(2))).toEqual(new Set([...first, ...later].map(({ id }) => id)))
  })

  test('critical alerts come before the others, and cards before both', async () => {
    const [calm] = await room.tell({ severity: 'high' })
    const [worst] = await room.tell({ severity: 'critical' })
    const { id } = await ask('key_a', 'low')
    await start()
    await sendUntil(3)
    expect(sentFrom(0)).toEqual([id, worst?.id, calm?.id])
  })

  test('whose turn it is survives the sender: a key with much to ask does not begin each lease', async () => {
    for (let i = 0; i < 5; i++) await ask('key_much', 'critical')
    await start()
    await sendUntil(1)
    await atRest()
    const { length } = room.platform.sent
    const { id } = await ask('key_little', 'low')
    await sendUntil(length + 1)
    expect(sentFrom(length)).toEqual([id])
  })

  test('an approval whose card waits for its turn is not one that reached nobody', async () => {
    const asked = await Promise.all(Array.from({ length: 90 }, () => ask('key_a')))
    await start()
    const last = asked.at(-1)?.id as string
    const marked = async () => {
      const found = await Promise.all(asked.map(({ id }) => room.office.queries.find(id)))
      return found.filter((view) => view?.reached === false).length
    }
    for (let sent = 15; sent <= 90; sent += 15) {
      await sendUntil(sent)
      await room.office.desk.noticeUnreached()
      expect(await marked()).toBe(0)
    }
    expect(sentFrom(0)).toContain(last)
  })

  test('nor is it one because of a single send that failed', async () => {
    const asked = await Promise.all(Array.from({ length: 70 }, () => ask('key_a')))
    await start()
    await sendUntil(62)
    room.platform.fail(new Failed('http_500'))
    await interval()
    await interval()
    await room.office.desk.noticeUnreached()
    const views = await Promise.all(asked.map(({ id }) => room.office.queries.find(id)))
    expect(views.filter((view) => view?.reached === false).length).toBeLessThanOrEqual(1)
  })

  test('the cards of what is closed keep no live one waiting', async () => {
    const old = await Promise.all(Array.from({ length: 6 }, () => ask('key_a', 'critical', 10)))
    room.clock.advance(10_000)
    await room.office.desk.expireDue()
    const live = [await ask('key_a', 'low'), await ask('key_a', 'low')]
    await start()
    await sendUntil(4)
    const places = live.map(({ id }) => sentFrom(0).indexOf(id))
    expect(places.toSorted()).toEqual([0, 2])
    expect(old.map(({ id }) => id)).toContain(sentFrom(0)[1])
  })

  test('it is one as soon as nothing is sent there any more', async () => {
    const asked = [await ask('key_a'), await ask('key_a'), await ask('key_a')]
    await start()
    await sendUntil(1)
    room.platform.fail(new Failed('http_500'), {}, 1_000)
    const isMarked = async ({ id }: { id: string }) => (await room.office.queries.find(id))?.reached === false
    for (let waited = 0; waited < UNREACHED_AFTER_MS; waited += 10 * INTERVAL_MS) {
      await interval()
      room.clock.advance(9 * INTERVAL_MS)
    }
    await room.office.desk.noticeUnreached()
    expect(await Promise.all(asked.map(isMarked))).toEqual([false, true, true])
  })

  test('what nobody sees after the clock was set back is noticed as before', async () => {
    await room.office.desk.noticeUnreached()
    await ask('key_a')
    room.clock.advance(2 * UNREACHED_AFTER_MS)
    expect(await room.office.desk.noticeUnreached()).toBe(1)
    room.clock.advance(-3_600_000)
    const { id } = await ask('key_b')
    room.clock.advance(UNREACHED_AFTER_MS)
    expect(await room.office.desk.noticeUnreached()).toBe(1)
    expect((await room.office.queries.find(id))?.reached).toBe(false)
  })

  test('a clock that is set back by an hour delays neither a card, nor a retry, nor a pause', async () => {
    await start()
    const first = await ask('key_a')
    await sendUntil(1)
    room.platform.fail(new Failed('http_500'))
    const retried = await ask('key_a')
    await interval()
    expect(room.platform.tried).toHaveLength(2)
    room.clock.advance(-3_600_000)
    const asked = await ask('key_a')
    await sendUntil(3)
    expect(new Set(sentFrom(1))).toEqual(new Set([retried.id, asked.id]))
    expect(room.clock.now()).toBeLessThan(Date.parse(first.created_at) - 3_000_000)
  })
})

describe.each(databases)('on $name, slow destinations', ({ create }) => {
  let room: PostRoom
  beforeEach(async () => {
    room = await openPostRoom(create)
  })
  afterEach(() => room.close())

  test('those that take long for each send are served last, and leave senders to the others', async () => {
    const slow = await Promise.all(Array.from({ length: 20 }, () => room.office.destination({ slow: 1 })))
    const hangs = slow.map((to) => room.platform.hang({ to }))
    const quick = await room.office.destination()
    const { id } = await room.office.ask()
    await room.worker()
    await eventually(() => room.platform.sent.some(({ to, about }) => to === quick && about === id))
    const later = await room.office.ask()
    room.office.db.signals.publish('deliveries', '')
    await eventually(() => room.platform.sent.some(({ to, about }) => to === quick && about === later.id))
    expect(room.platform.tried.filter(({ to }) => slow.includes(to)).length).toBeLessThanOrEqual(4)
    for (const hang of hangs) hang.release()
  })

  test('those that hang for the first time hold up another for five seconds, and no longer', async () => {
    const hanging = await Promise.all(Array.from({ length: 14 }, () => room.office.destination()))
    const hangs = hanging.map((to) => room.platform.hang({ to }))
    const quick = await room.office.destination()
    const { id } = await room.office.ask()
    await room.worker()
    await eventually(() => room.platform.tried.length === 7)
    room.advance(4_999)
    for (const tried of [14, 15]) {
      expect(room.platform.sent).toEqual([])
      room.advance(tried === 14 ? 1 : 5_000)
      await eventually(() => room.platform.tried.length === tried)
    }
    expect(room.platform.sent).toMatchObject([{ to: quick, about: id }])
    for (const hang of hangs) hang.release()
  })

  test('one that is slow has its turn, however much the quick ones have to send', async () => {
    const quick = await Promise.all(Array.from({ length: 10 }, () => room.office.destination()))
    const hangs = quick.map((to) => room.platform.hang({ to }))
    const slow = await room.office.destination({ slow: 1 })
    const { id } = await room.office.ask()
    await room.worker()
    await eventually(() => room.platform.sent.some(({ to, about }) => to === slow && about === id))
    for (const hang of hangs) hang.release()
  })

  test('one is slow after a send that took long, gives its sender back, and is quick again after a quick one', async () => {
    const place = await room.office.destination()
    const isSlow = async () => {
      const rows = await room.office.db.read
        .selectFrom('destinations')
        .select(['slow', 'lease_id'])
        .where('id', '=', place)
        .execute()
      return rows[0]
    }
    const hang = room.platform.hang()
    await room.office.ask()
    await room.worker()
    await hang.reached
    room.clock.advance(5_000)
    hang.release(new Failed('timeout'))
    await eventually(async () => (await isSlow())?.slow === 1 && (await isSlow())?.lease_id === null)
    await room.office.ask()
    room.advance(10_000)
    await eventually(async () => (await isSlow())?.slow === 0)
  })
})
