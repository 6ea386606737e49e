// Proves who is one person: what joins them and sets them apart, also when clicks and admins act at once.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApiKeys } from '../../src/identity/api-keys.ts'
import { createPeople, type People } from '../../src/identity/people.ts'
import type { Database } from '../../src/store/database.ts'
import { databases } from '../fakes/databases.ts'
import { LIMITS, member, type Office, press } from '../fakes/office.ts'
import { openPostRoom, type PostRoom } from '../fakes/post-room.ts'

const ADMIN = 'key_admin'
const ROUNDS = 12
const VOUCHED = { platform: 'scripted', tenant: 'T1', domain: 'example.com' }

describe.each(databases)('on $name', ({ name, create }) => {
  let room: PostRoom
  /** Where admins act: another process, where the database takes several. */
  let other: Office
  let people: People
  let place: string

  const peopleOf = (db: Database) => createPeople({ db, clock: room.clock })
  beforeEach(async () => {
    room = await openPostRoom(create)
    other = name === 'postgres' ? await room.otherOffice() : room.office
    people = peopleOf(other.db)
    place = await room.office.destination()
  })
  afterEach(() => room.close())

  /** Approves something new; says how that ended. */
  async function click(userId: string, ...emails: string[]): Promise<string> {
    const by = member(userId, { emails, emailsConfirmed: true })
    const outcome = await room.office.desk.decide(
      press(await room.office.ask(), place, 'U', 'approve', { by }),
    )
    return outcome.ok ? outcome.value.status : outcome.refusal.code
  }
  async function holdKey(holder: string, email: string): Promise<void> {
    const keys = createApiKeys({ db: other.db, clock: room.clock, adminKey: undefined, limits: LIMITS })
    await keys.create({ name: 'a key', roles: ['reviewer'], person: { name: holder, email } }, 'command line')
  }
  const all = async () => (await people.list(undefined, 100)).people
  const withAddress = async (email: string) => (await all()).filter(({ emails }) => emails.includes(email))
  const idOfAccount = async (userId: string) => {
    const rows = await room.office.db.read.selectFrom('accounts').selectAll().execute()
    return rows.find(({ user_id }) => user_id === userId)?.person_id as string
  }

  test('an admin’s word that two are one outlasts the vouching that had said so before', async () => {
    await people.setVouching([VOUCHED], ADMIN)
    await holdKey('Ana', 'ana@example.com')
    await click('U1', 'ana@example.com')
    const [ana] = await withAddress('ana@example.com')
    expect(ana?.isJoinedByHand).toBe(false)
    const joined = await people.join(String(ana?.id), await idOfAccount('U1'), ADMIN)
    expect(joined).toMatchObject({ id: ana?.id, isJoinedByHand: true })
    await people.setVouching([], ADMIN)
    expect(await withAddress('ana@example.com')).toHaveLength(1)
  })

  test('an account that has another address is no longer whom the old one made it', async () => {
    await people.setVouching([VOUCHED], ADMIN)
    await holdKey('Ana', 'ana@example.com')
    await holdKey('Ben', 'ben@example.com')
    await click('U1', 'ana@example.com')
    expect((await withAddress('ana@example.com'))[0]?.accounts).toHaveLength(1)
    await click('U1', 'ben@example.com')
    expect(await all()).toMatchObject([
      { name: 'Ana', emails: ['ana@example.com'], accounts: [] },
      { name: 'Ben', emails: ['ben@example.com'], accounts: [{ user_id: 'U1' }] },
    ])
  })

  test('one that has a second address stays who it is', async () => {
    await people.setVouching([VOUCHED], ADMIN)
    await holdKey('Ana', 'ana@example.com')
    await click('U1', 'ana@example.com')
    await click('U1', 'a.ruiz@example.com', 'ana@example.com')
    expect(await all()).toMatchObject([{ name: 'Ana', accounts: [{ user_id: 'U1' }] }])
  })

  test('who is enabled again is so by every account, as they were disabled by every one', async () => {
    await holdKey('Ana', 'ana@example.com')
    await click('U1', 'ana+chat@example.com')
    const id = String((await withAddress('ana@example.com'))[0]?.id)
    await people.change(id, { disabled: true }, ADMIN)
    expect(await click('U1', 'ana+chat@example.com')).toBe('reviewer_disabled')
    await people.change(id, { disabled: false }, ADMIN)
    expect(await click('U1', 'ana+chat@example.com')).toBe('approved')
  })

  test('who is disabled in the moment of their first click decides nothing after it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const email = `ana${round}@example.com`
      await holdKey(`Ana ${round}`, email)
      await Promise.all([click(`U${round}`, email), people.disableByEmail(email, ADMIN)])
      expect(await click(`U${round}`, email)).toBe('reviewer_disabled')
    }
  })

  test('what is withdrawn in the moment of a click joins nobody after it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await people.setVouching([VOUCHED], ADMIN)
      await holdKey(`Ana ${round}`, `ana${round}@example.com`)
      await Promise.all([click(`U${round}`, `ana${round}@example.com`), people.setVouching([], ADMIN)])
      expect((await all()).filter(({ rows }) => rows.length > 1)).toEqual([])
    }
  })

  test('of two joins at once neither is lost', async () => {
    const here = peopleOf(room.office.db)
    for (let round = 0; round < ROUNDS; round++) {
      const users = [`A${round}`, `B${round}`, `C${round}`]
      for (const user of users) await click(user, `${user}@example.com`)
      const [a, b, c] = (await Promise.all(users.map(idOfAccount))) as [string, string, string]
      await Promise.all([here.join(b, a, ADMIN), people.join(b, c, ADMIN)])
      expect((await people.find(c))?.id).toBe((await people.find(a))?.id)
    }
  })
})
