// Proves who alone is told of an approval and when, and that this holds up no card and stands for none.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDesk } from '../../src/approvals/create-desk.ts'
import { createForgetApprovals } from '../../src/approvals/retention.ts'
import { newPerson } from '../../src/identity/persons.ts'
import { DAY_MS } from '../../src/kit/clock.ts'
import { Failed, Misconfigured, Throttled, Undeliverable } from '../../src/platforms/platform.ts'
import { failingDeliveries } from '../../src/store/delivery-figures.ts'
import { insertGroupAccounts } from '../../src/store/group-accounts.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { asking, DESK, recordOf, UNREACHED_AFTER_MS } from '../fakes/office.ts'
import { type DirectRoom, openDirectRoom } from '../fakes/told-directly.ts'

const HALF_MS = 1_800_000
const TELLING = '{ requirements: [{ group: payments }, { group: security }], tell: [reviewers] }'
const UNKNOWN = new Undeliverable('message', 'recipient_unknown')
const TELLS = { what: 'tell' } as const

const scripted = (user_id: string) => [{ platform: 'scripted', user_id }]

describe.each(databases)('on $name', ({ name, create }) => {
  let room: DirectRoom
  let ana: string
  let ben: string
  let ines: string

  beforeEach(async () => {
    room = await openDirectRoom(create)
    ana = await room.person('Ana', scripted('U1'))
    ben = await room.person('Ben', scripted('U2'))
    ines = await room.person('Ines')
    await room.group('payments', [ana, ben])
    await room.group('security', [ines])
  })
  afterEach(() => room.close())

  const ask = (wanted: Parameters<typeof asking>[0] = {}) => room.office.ask(wanted)
  const remindDue = () => room.office.desk.remindDue()
  const escalateDue = () => room.office.desk.escalateDue()
  /** Once all that is for one person alone has ended, so many. */
  const ended = (asked: { id: string }, count: number) =>
    eventually(async () => {
      const rows = await room.direct(asked)
      return rows.length === count && rows.every(({ state }) => state !== 'pending') ? rows : undefined
    })
  const toldOf = async (asked: { id: string }) =>
    (await room.direct(asked)).map(({ type, to }) => `${type} ${to}`)

  describe('when it is asked', () => {
    test('those who are in a group that is asked are told, each once, where they have an account', async () => {
      await room.policy(TELLING)
      await room.group('third', [ana])
      await room.worker()
      const asked = await ask()
      await ended(asked, 3)
      expect(room.heard(asked)).toEqual(['pending T1/U1', 'pending T1/U2', 'pending ines@example.com'])
      expect(room.platform.sent.filter(({ what }) => what === 'post')).toHaveLength(1)
    })

    test('nobody is who could not decide it: who asks, and who was disabled', async () => {
      await room.policy(TELLING)
      await room.office.db.transact((trx) =>
        trx.updateTable('persons').set({ disabled_at: 1 }).where('id', '=', ines).execute(),
      )
      expect(await toldOf(await ask({ requestedByEmail: 'B.en+x@Example.com' }))).toEqual([
        `approval.requested "${ana}"`,
      ])
    })

    test('of a group that a platform lists those are whom it listed last', async () => {
      const id = await room.group('oncall', [], { kind: 'external', answered_at: 0 })
      const listed = ['U1', 'U7'].map((user_id) => ({
        group_id: id,
        platform: 'scripted',
        tenant: 'T1',
        user_id,
      }))
      await room.office.db.transact((trx) => insertGroupAccounts(trx, listed))
      await room.policy('{ requirements: [{ group: oncall }, { group: payments }], tell: [reviewers] }')
      await room.worker()
      const asked = await ask()
      await ended(asked, 3)
      expect(room.heard(asked).toSorted()).toEqual(['pending T1/U1', 'pending T1/U2', 'pending T1/U7'])
    })

    test('who may not decide takes no place of those who may, however many a platform lists', async () => {
      const { db } = room.office
      const id = await room.group('company', [], { kind: 'external', answered_at: 0 })
      const disabled = Array.from({ length: 250 }, (_, at) => `D${at}`)
      const rows = disabled.map((name) => ({ ...newPerson(name, {}, 0), disabled_at: 1 }))
      const known = { platform: 'scripted', tenant: 'T1' }
      const none = { emails: null, email_confirmed: null }
      const others = Array.from({ length: 150 }, (_, at) => `X${at}`)
      await db.transact(async (trx) => {
        await trx.insertInto('persons').values(rows).execute()
        const accounts = rows.map((row) => ({ ...known, ...none, user_id: row.name, person_id: row.id }))
        await trx.insertInto('accounts').values(accounts).execute()
        const listed = [...disabled, ...others].map((user_id) => ({ group_id: id, ...known, user_id }))
        await insertGroupAccounts(trx, listed)
      })
      await room.policy('{ requirements: [{ group: company }], tell: [reviewers] }')
      const told = (await room.direct(await ask())).map(({ to }) => JSON.parse(to).user_id)
      expect([told.length, new Set(told).size]).toEqual([100, 100])
      expect(told.every((user) => user.startsWith('X'))).toBe(true)
    })

    test('nobody is where the policy does not say so, where whoever sees the card may decide, or of a test', async () => {
      await room.policy('{ requirements: [{ group: payments }] }')
      const silent = await ask()
      await room.policy('{ requirements: [{ group: reviewers }], tell: [reviewers] }')
      const open = await ask()
      await room.policy(TELLING)
      const test = await ask({ testOf: room.place })
      for (const asked of [silent, open, test]) {
        expect(await room.direct(asked)).toEqual([])
        expect((await recordOf(room.office.db, asked.id)).deliveries).toHaveLength(1)
      }
    })

    test('nobody is of what is decided by then, or who has voted by then', async () => {
      await room.policy(TELLING)
      const asked = await ask()
      await room.vote(asked, 'U1')
      await room.worker()
      await ended(asked, 3)
      expect(room.heard(asked)).toEqual(['pending T1/U2', 'pending ines@example.com'])
      const another = await ask()
      await room.vote(another, 'U1', 'deny')
      await ended(another, 3)
      expect(room.heard(another)).toEqual([])
    })
  })

  describe('at half of the time', () => {
    test('those who are missing are reminded, once, and no card changes', async () => {
      await room.office.destination({ name: 'a webhook', channel_type: 'archive' })
      await room.policy(TELLING)
      const asked = await ask()
      await room.vote(asked, 'U1')
      const before = (await recordOf(room.office.db, asked.id)).deliveries.length
      room.advance(HALF_MS - 1)
      expect(await remindDue()).toBe(0)
      room.advance(1)
      const desks = [room.office, name === 'postgres' ? await room.otherOffice() : room.office]
      await Promise.all(desks.map(({ desk }) => desk.remindDue()))
      expect(await remindDue()).toBe(0)
      const reminded = (await toldOf(asked)).filter((line) => line.startsWith('approval.reminded'))
      expect(reminded).toEqual([`approval.reminded "${ines}"`])
      const { deliveries, events, audit } = await recordOf(room.office.db, asked.id)
      expect(events.filter((type) => type === 'approval.reminded')).toHaveLength(1)
      expect(audit.filter((action) => action === 'approval.reminded')).toHaveLength(1)
      // The machine alone.
      expect(deliveries.slice(before).map(({ type }) => type)).toEqual(['approval.reminded'])
    })

    test('nobody is where nobody is left, where it is decided, and where it is too late', async () => {
      await room.policy('{ requirements: [{ group: payments, approvals: 2 }], tell: [reviewers] }')
      const [late, decided, alone] = [
        await ask(),
        await ask(),
        await ask({ requestedByEmail: 'ben@example.com' }),
      ]
      await room.vote(decided, 'U2', 'deny')
      await room.vote(alone, 'U1')
      await room.office.db.transact((trx) =>
        trx
          .updateTable('approvals')
          .set({ expires_at: room.clock.now() + 1 })
          .where('id', '=', late.id)
          .execute(),
      )
      room.advance(HALF_MS)
      await remindDue()
      expect(await remindDue()).toBe(0)
      for (const asked of [late, decided, alone]) {
        expect((await recordOf(room.office.db, asked.id)).events).not.toContain('approval.reminded')
      }
    })
  })

  test('whom it is escalated to is told, also where the policy tells nobody else', async () => {
    await room.policy(
      '{ requirements: [{ group: payments }], escalate: { after_seconds: 600, to: security } }',
    )
    const asked = await ask()
    room.advance(600_000)
    expect([await escalateDue(), await escalateDue()]).toEqual([1, 0])
    expect(await toldOf(asked)).toEqual([`approval.escalated "${ines}"`])
  })

  test('a reminder after an escalation goes to those too to whom it was escalated', async () => {
    const asks =
      '{ requirements: [{ group: payments }], escalate: { after_seconds: 600, to: security }, tell: [reviewers] }'
    await room.policy(asks)
    const asked = await ask()
    room.advance(HALF_MS)
    await escalateDue()
    await remindDue()
    const reminded = (await toldOf(asked)).filter((line) => line.startsWith('approval.reminded'))
    expect(reminded.toSorted()).toEqual([ana, ben, ines].map((id) => `approval.reminded "${id}"`).toSorted())
  })

  describe('the requester', () => {
    const asks = '{ requirements: [{ group: payments }], tell: [requester] }'
    test('hears how it ended, but where it was withdrawn', async () => {
      await room.policy(asks)
      await room.worker()
      const requested = () => ask({ requestedByEmail: 'gil@example.com' })
      const all = { approved: await requested(), denied: await requested(), withdrawn: await requested() }
      const expired = await requested()
      await room.vote(all.approved, 'U1')
      await room.vote(all.denied, 'U1', 'deny')
      await room.office.desk.withdraw({ approvalId: all.withdrawn.id })
      room.advance(2 * HALF_MS)
      await room.office.desk.expireDue()
      for (const [how, asked] of Object.entries({ ...all, expired })) {
        const told = how === 'withdrawn' ? [] : [`${how} gil@example.com`]
        await ended(asked, told.length)
        expect(room.heard(asked)).toEqual(told)
      }
    })

    test('hears of thirty at once, however many agents name them', async () => {
      await room.policy(asks)
      const wanted = { requestedByEmail: 'Gil@example.com', expiresInSeconds: 10 }
      await Promise.all(Array.from({ length: 32 }, () => ask(wanted)))
      room.clock.advance(10_000)
      await room.office.desk.expireDue()
      await room.worker()
      const { db } = room.office
      const told = await eventually(async () => {
        const rows = await db.read
          .selectFrom('deliveries')
          .select(['state', 'last_error'])
          .where('recipient', 'is not', null)
          .execute()
        return rows.some(({ state }) => state === 'pending') ? undefined : rows
      })
      const refused = told.filter(({ state }) => state === 'dead')
      expect([told.length, refused]).toEqual([
        32,
        Array(2).fill({ state: 'dead', last_error: 'recipient_limit' }),
      ])
    })

    test('hears nothing of what the policy answered, without being named, or disabled', async () => {
      await room.policy('true', 'allow')
      const answered = await ask({ requestedByEmail: 'gil@example.com' })
      expect([answered.status, await room.direct(answered)]).toEqual(['approved', []])
      await room.policy(asks)
      const nameless = await ask()
      await room.vote(nameless, 'U1')
      expect(await room.direct(nameless)).toEqual([])
      await room.office.db.transact((trx) =>
        trx.updateTable('persons').set({ disabled_at: 1 }).where('id', '=', ben).execute(),
      )
      const bens = await ask({ requestedByEmail: 'ben@example.com' })
      await room.office.desk.expireRestored()
      expect(await room.direct(bens)).toEqual([])
    })
  })

  describe('through which destination', () => {
    const both = { ...DESK, reviewable: ['scripted', 'second'], tellable: ['scripted', 'second'] }
    const placesOf = async (id: string) => {
      const rows = await room.office.db.read
        .selectFrom('deliveries')
        .select(['destination_id', 'recipient'])
        .where('recipient', 'like', `%${id}%`)
        .execute()
      return rows.map((row) => [row.destination_id, ...JSON.parse(String(row.recipient)).next])
    }

    test('first where an account is known, then where an address may be; never where it is off', async () => {
      const second = await room.office.destination({ channel_type: 'second' })
      const third = await room.office.destination({ channel_type: 'second' })
      await room.office.destination({ channel_type: 'second', enabled: 0 })
      await room.office.destination({ channel_type: 'second', events: '["policy.violation"]' })
      await room.office.destination({ channel_type: 'deaf' })
      const gil = await room.person('Gil', [{ platform: 'second', user_id: 'U4' }])
      await room.group('others', [gil])
      await room.policy(
        '{ requirements: [{ group: payments }, { group: others }, { group: security }], tell: [reviewers] }',
      )
      await createDesk({ db: room.office.db, clock: room.clock, ...both }).request(asking())
      expect(await placesOf(ana)).toEqual([[room.place, second, third]])
      expect(await placesOf(gil)).toEqual([[second, third, room.place]])
      expect(await placesOf(ines)).toEqual([[room.place, second, third]])
    })

    test('who is unknown at one is told through the next that is on, and never twice', async () => {
      const [gone, second] = [await room.office.destination(), await room.office.destination()]
      await room.policy('{ requirements: [{ group: security }], tell: [reviewers] }')
      const asked = await ask()
      await room.office.db.transact((trx) =>
        trx.updateTable('destinations').set({ enabled: 0 }).where('id', '=', gone).execute(),
      )
      room.platform.fail(UNKNOWN, { ...TELLS, to: room.place }, 9)
      const first = await room.worker()
      expect(await ended(asked, 1)).toMatchObject([{ state: 'delivered', at: second }])
      await first.stop()
      await room.worker()
      room.advance(HALF_MS)
      expect(room.heard(asked)).toEqual(['pending ines@example.com'])
    })

    test('who is unknown at all is given up, with why', async () => {
      await room.policy('{ requirements: [{ group: security }], tell: [reviewers] }')
      room.platform.fail(UNKNOWN, TELLS, 9)
      await room.worker()
      const asked = await ask()
      expect(await ended(asked, 1)).toMatchObject([{ state: 'dead' }])
      expect(room.platform.tried.filter(({ what }) => what === 'tell')).toHaveLength(1)
    })
  })

  describe('beside the cards', () => {
    test('whatever becomes of it says nothing of its destination, and other cards go on', async () => {
      const faults: [string, Error][] = [
        ['dead', new Undeliverable('destination', 'messages_tab_disabled')],
        ['pending', new Throttled(HALF_MS / 2)],
        ['pending', new Failed('http_500')],
        ['pending', new Misconfigured('http_401')],
      ]
      await room.worker()
      for (const [state, error] of faults) {
        const to = await room.office.destination()
        await room.policy(`{ requirements: [{ group: security }], tell: [reviewers], destinations: [${to}] }`)
        room.platform.fail(error, { ...TELLS, to }, 99)
        const first = await ask()
        const tried = () => room.platform.tried.some((send) => send.what === 'tell' && send.to === to)
        await eventually(async () => tried() && (await room.direct(first))[0]?.state === state)
        await room.settled((await ask()).id, 1)
      }
      const places = await room.office.db.read.selectFrom('destinations').selectAll().execute()
      const well = { enabled: 1, cool_until: 0, trouble_since: null, misconfigured: null }
      expect(places).toEqual(Array(5).fill(expect.objectContaining(well)))
      expect(new Set(room.platform.sent.map(({ what }) => what))).toEqual(new Set(['post']))
      const scope = { ids: places.map(({ id }) => id), channelTypes: [] }
      expect(await failingDeliveries(room.office.db.read, scope, 0)).toEqual({ retrying: 0, dead: 0 })
    })

    test('what is slowed down spends no attempt and waits together', async () => {
      await room.policy(TELLING)
      room.platform.fail(new Throttled(HALF_MS / 2), TELLS)
      await room.worker()
      const asked = await ask()
      await eventually(() => room.platform.tried.some(({ what }) => what === 'tell'))
      await room.settled(asked.id, 1)
      const waiting = await room.office.db.read
        .selectFrom('deliveries')
        .select(['attempts', 'next_attempt_at'])
        .where('recipient', 'is not', null)
        .execute()
      expect(waiting.every(({ attempts }) => attempts === 0)).toBe(true)
      await eventually(async () => {
        room.advance(HALF_MS / 2 / 100)
        return room.heard(asked).length === 3
      })
    })

    test('a card that fails is not hidden by it, nor a redraw held back', async () => {
      await room.policy('{ requirements: [{ group: payments, approvals: 2 }], tell: [reviewers] }')
      room.platform.fail(new Failed('http_500'), { what: 'post' }, 99)
      await room.worker()
      const asked = await ask()
      await ended(asked, 2)
      expect(room.heard(asked)).toHaveLength(2)
      room.advance(UNREACHED_AFTER_MS)
      expect(await room.office.desk.noticeUnreached()).toBe(1)
      expect(await room.office.queries.find(asked.id)).toMatchObject({
        reached: false,
        unreached_reasons: [{ reason: 'http_500' }],
      })
    })

    test('one that is tried again later holds back no redraw of the card', async () => {
      await room.policy('{ requirements: [{ group: payments, approvals: 2 }], tell: [reviewers] }')
      await room.worker()
      const asked = await ask()
      await ended(asked, 2)
      room.platform.fail(new Failed('http_500'), TELLS, 99)
      room.advance(HALF_MS)
      await remindDue()
      await eventually(() => room.platform.tried.filter(({ what }) => what === 'tell').length > 2)
      await room.vote(asked, 'U1')
      await room.settled(asked.id, 2)
    })

    test('it is gone with its approval', async () => {
      await room.policy('{ requirements: [{ group: security }], tell: [reviewers] }')
      await room.worker()
      const asked = await ask()
      await ended(asked, 1)
      await room.office.desk.withdraw({ approvalId: asked.id })
      await room.settled(asked.id, 2)
      room.clock.advance(40 * DAY_MS)
      await createForgetApprovals({ db: room.office.db, clock: room.clock, days: 30 })()
      for (const table of ['deliveries', 'delivery_attempts', 'events'] as const) {
        expect(await room.office.db.read.selectFrom(table).selectAll().execute()).toEqual([])
      }
    })
  })
})
