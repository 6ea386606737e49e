// Proves that everybody stays who they are when their tenant is called otherwise, also who is known by both names.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApiKeys } from '../../src/identity/api-keys.ts'
import { createPeople, type People } from '../../src/identity/people.ts'
import { renameTenant } from '../../src/identity/tenants.ts'
import type { Database } from '../../src/store/database.ts'
import { databases } from '../fakes/databases.ts'
import { LIMITS, member, type Office, press } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const ADMIN = 'key_admin'
const ROUNDS = 6

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  let office: Office
  /** Another process, where the database takes several. */
  let other: Office
  let people: People
  let place: string

  beforeEach(async () => {
    room = await openPostRoom(create)
    office = room.office
    other = name === 'postgres' ? await room.otherOffice() : office
    people = createPeople({ db: office.db, clock: room.clock })
    place = await office.destination()
  })
  afterEach(() => room.close())

  const rename = (from: string, to: string, db: Database = office.db) =>
    db.transact((trx) => renameTenant(trx, { platform: 'scripted', from, to }, room.clock.now()))
  const at = (tenant: string, userId: string, email = `${userId}@example.com`) =>
    member(userId, { tenant, emails: [email], emailsConfirmed: true })
  const vote = async (asked: { id: string }, by: ReturnType<typeof at>, desk = office.desk) => {
    const outcome = await desk.decide(press(asked, place, 'U', 'approve', { by }))
    return outcome.ok ? outcome.value.status : outcome.refusal.code
  }
  const votes = async (...voters: ReturnType<typeof at>[]) => {
    for (const by of voters) await vote(await office.ask(), by)
  }
  const accounts = () =>
    office.db.read
      .selectFrom('accounts')
      .select(['tenant', 'user_id', 'person_id'])
      .orderBy('user_id')
      .execute()
  const renamings = async () => {
    const rows = await office.db.read.selectFrom('audit').selectAll().execute()
    return rows.filter(({ action }) => action === 'tenant.renamed').map((row) => JSON.parse(row.canonical))
  }

  test('their accounts go along, a vote from before counts as theirs, and it is on record once', async () => {
    const asked = await office.ask({ approvalsNeeded: 2 })
    expect(await vote(asked, at('T1', 'U1'))).toBe('pending')
    await votes(at('T1', 'U2'), at('T2', 'U9'))
    const before = await accounts()
    await rename('T1', 'E1')
    await rename('T1', 'E1')
    expect(await accounts()).toEqual(
      before.map((row) => ({ ...row, tenant: row.tenant === 'T1' ? 'E1' : row.tenant })),
    )
    expect(await vote(asked, at('E1', 'U1'))).toBe('already_voted')
    expect(await vote(asked, at('E1', 'U2'))).toBe('approved')
    expect(await renamings()).toMatchObject([
      { subject: 'scripted/T1', facts: { from: 'T1', to: 'E1', accounts: 2 } },
    ])
  })

  test('who is named by the former name later is the same, and nobody is made under it', async () => {
    const asked = await office.ask({ approvalsNeeded: 2 })
    await vote(asked, at('T1', 'U1'))
    await rename('T1', 'E1')
    expect(await vote(asked, at('T1', 'U1'))).toBe('already_voted')
    // With another address, and for the first time: both look again.
    await votes(at('T1', 'U1', 'other@example.com'), at('T1', 'U3'))
    expect(await accounts()).toMatchObject([
      { tenant: 'E1', user_id: 'U1' },
      { tenant: 'E1', user_id: 'U3' },
    ])
  })

  test('a user with an account by each name is one person with one vote, also on what is open', async () => {
    const asked = await office.ask({ approvalsNeeded: 3 })
    expect(await vote(asked, at('T1', 'U1', 'old@example.com'))).toBe('pending')
    room.clock.advance(1)
    expect(await vote(asked, at('E1', 'U1', 'new@example.com'))).toBe('pending')
    await rename('T1', 'E1')
    expect(await accounts()).toMatchObject([{ tenant: 'E1', user_id: 'U1' }])
    const all = (await people.list(undefined, 10)).people
    expect(all).toMatchObject([{ rows: [{}, {}], accounts: [{ tenant: 'E1' }], isJoinedByHand: false }])
    expect(await office.queries.find(asked.id)).toMatchObject({ progress: [{ missing: 2 }] })
    expect(await vote(asked, at('E1', 'U1', 'new@example.com'))).toBe('already_voted')
    expect(await vote(asked, at('E1', 'U2'))).toBe('pending')
    expect(await vote(asked, at('E1', 'U3'))).toBe('approved')
  })

  test('where one of the two was disabled, both are, and their keys end', async () => {
    await votes(at('T1', 'U1', 'old@example.com'), at('E1', 'U1', 'new@example.com'))
    const [first] = (await people.list(undefined, 10)).people
    const gone = (await accounts()).find(({ tenant }) => tenant === 'E1')?.person_id as string
    await people.change(gone, { disabled: true }, ADMIN)
    const keys = createApiKeys({ db: office.db, clock: room.clock, adminKey: undefined, limits: LIMITS })
    const holder = { name: String(first?.name), email: 'holder@example.com' }
    await keys.create({ name: 'a key', roles: ['reviewer'], person: holder }, 'command line')
    const held = (await people.list(undefined, 10)).people.find(({ emails }) => emails.includes(holder.email))
    await people.join(String(first?.id), String(held?.id), ADMIN)
    await rename('T1', 'E1')
    expect((await people.list(undefined, 10)).people).toMatchObject([{ isDisabled: true }])
    expect(await vote(await office.ask(), at('E1', 'U1', 'old@example.com'))).toBe('reviewer_disabled')
    const rows = await office.db.read.selectFrom('api_keys').select('revoked_at').execute()
    expect(rows.filter(({ revoked_at }) => revoked_at === null)).toEqual([])
  })

  test('what was vouched of it is vouched by its new name, and ends by that name too', async () => {
    const vouched = (tenant: string) => ({ platform: 'scripted', tenant, domain: 'example.com' })
    await people.setVouching([vouched('T1'), vouched('T2')], ADMIN)
    await votes(
      at('T1', 'U1', 'ana@example.com'),
      at('T2', 'U2', 'ana@example.com'),
      at('E1', 'U3', 'ana@example.com'),
    )
    await rename('T1', 'E1')
    const isKept = async () => {
      expect(await people.vouching()).toEqual([vouched('E1'), vouched('T2')])
      expect((await people.list(undefined, 10)).people).toMatchObject([{ rows: [{}, {}, {}] }])
    }
    await isKept()
    // As whoever keeps it in a file sends it again.
    await people.setVouching([vouched('T1'), vouched('T2'), vouched('E1')], ADMIN)
    await isKept()
    await people.setVouching([], ADMIN)
    expect((await people.list(undefined, 10)).people).toMatchObject([
      { rows: [{}] },
      { rows: [{}] },
      { rows: [{}] },
    ])
  })

  test('of two renamings and presses by both names at once nobody becomes two', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [from, to] = [`T${round}`, `E${round}`]
      const asked = await office.ask({ approvalsNeeded: 2 })
      await Promise.all([
        vote(asked, at(from, 'U1')),
        rename(from, to),
        vote(asked, at(to, 'U1'), other.desk),
        rename(from, to, other.db),
        vote(asked, at(from, 'U1'), other.desk),
      ])
      expect((await accounts()).filter(({ tenant }) => [from, to].includes(tenant))).toHaveLength(1)
      expect((await office.queries.find(asked.id))?.status).toBe('pending')
      await vote(asked, at(to, 'U2'))
      expect((await office.queries.find(asked.id))?.status).toBe('approved')
    }
  })
})
