// Proves what an admin may do with groups of people: who is a member from when to when, and what is on record of it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGroups, type Groups, type GroupView } from '../../src/identity/groups.ts'
import { findMembers } from '../../src/identity/membership.ts'
import { createPeople, type People } from '../../src/identity/people.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { databases, type TestDatabase } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { silent } from '../fakes/office.ts'

const ADMIN = 'key_admin'
const HOUR = 3_600_000

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: TestDatabase
  let db: Database
  let groups: Groups
  let people: People
  const inUse = new Set<string>()
  /** Who was told to have become a member. */
  const told: string[] = []
  let number = 0

  beforeAll(async () => {
    database = await create()
    db = await openDatabase(database.url, { as: 'tool', log: silent })
    people = createPeople({ db, clock })
    groups = createGroups({
      db,
      clock,
      isInUse: async (_trx, name) => inUse.has(name),
      onAdded: async (_trx, { personId }) => void told.push(personId),
    })
  })
  afterAll(async () => {
    await db.close()
    await database.drop()
  })

  async function group(): Promise<GroupView['row']> {
    number += 1
    const made = await groups.create({ name: `group-${number}`, kind: 'people' }, ADMIN)
    if ('refused' in made) throw new Error(made.refused.text)
    return made.row
  }
  /** Somebody new, or who has the address. */
  async function add(named: string, email: string, until: number | null = null): Promise<string> {
    const added = await groups.addMember(named, { who: { email, name: nameIn(email) }, until }, ADMIN)
    if (!added || 'refused' in added) throw new Error(JSON.stringify(added))
    return added.person?.id as string
  }
  const nameIn = (email: string) => email.split('@')[0] as string
  const namesIn = async (id: string) => (await findMembers(db.read, id, clock.now())).map(({ name }) => name)
  const auditOf = async (id: string) =>
    (await db.read.selectFrom('audit').selectAll().where('subject', '=', id).orderBy('id').execute()).map(
      ({ action, canonical }) => ({ action, canonical }),
    )

  test('somebody is a member until their end; adding again changes it, and begins anew once it is over', async () => {
    const { id } = await group()
    told.length = 0
    const ana = await add(id, 'ana@example.com', clock.now() + HOUR)
    const ben = await add(id, 'ben@example.com')
    expect(await namesIn(id)).toEqual(['ana', 'ben'])
    const begun = clock.now()
    clock.advance(HOUR / 2)
    await add(id, 'ana@example.com', clock.now() + HOUR)
    expect((await groups.find(id))?.members[0]).toMatchObject({ addedAt: begun, until: clock.now() + HOUR })
    expect(told).toEqual([ana, ben])

    clock.advance(HOUR)
    expect(await namesIn(id)).toEqual(['ben'])
    expect((await groups.find(id))?.members).toHaveLength(2)
    await add(id, 'ana@example.com')
    expect(await namesIn(id)).toEqual(['ben', 'ana'])
    expect(told).toEqual([ana, ben, ana])
  })

  test('who is added by an address is one person in whatever case, and gets no role by it', async () => {
    const { id } = await group()
    const added = await add(id, 'ines@Example.com')
    expect(await people.find(added)).toMatchObject({ emails: ['ines@example.com'], roles: new Set() })
    expect(await add(id, 'ines@example.com')).toBe(added)
  })

  test('who was joined to another is one member, leaves as one, and leaves nothing to the other', async () => {
    const { id } = await group()
    const elder = await add(id, 'elder@example.com', clock.now() + HOUR)
    clock.advance(1)
    const younger = await add(id, 'younger@example.com')
    await people.join(elder, younger, ADMIN)
    expect((await groups.find(id))?.members).toMatchObject([{ person: { id: elder }, until: null }])
    expect(await groups.removeMember(id, younger, ADMIN)).toBe(true)
    await people.unjoin(younger, ADMIN)
    expect(await namesIn(id)).toEqual([])
    expect(await groups.removeMember(id, younger, ADMIN)).toBe(false)
    expect(await groups.removeMember(id, 'anything', ADMIN)).toBe(false)
  })

  test('who was joined later is changed in every row, so that no longer end remains', async () => {
    const { id } = await group()
    const elder = await add(id, 'one@example.com')
    clock.advance(1)
    const younger = await add(id, 'other@example.com')
    await people.join(elder, younger, ADMIN)
    await groups.addMember(id, { who: { personId: younger }, until: clock.now() + HOUR }, ADMIN)
    clock.advance(HOUR)
    expect(await namesIn(id)).toEqual([])
  })

  test.each([
    ['an end that is over', { personId: 'per' }, 0, 'until_is_over'],
    ['an address that nobody has, without a name', { email: 'who@example.com' }, null, 'person_unknown'],
    ['an address under another name', { email: 'gil@example.com', name: 'Ana' }, null, 'person_exists'],
    ['somebody who is disabled', { email: 'off@example.com' }, null, 'person_disabled'],
    ['another spelling of theirs', { email: 'o.ff+1@example.com', name: 'O' }, null, 'person_disabled'],
  ])('%s is refused', async (_said, who, until, code) => {
    const { id } = await group()
    for (const email of ['gil@example.com', 'off@example.com']) {
      await add(id, email).catch(() => undefined)
    }
    await people.disableByEmail('off@example.com', ADMIN)
    const before = (await groups.find(id))?.members.length
    expect(await groups.addMember(id, { who, until }, ADMIN)).toMatchObject({ refused: { code } })
    expect((await groups.find(id))?.members).toHaveLength(before ?? 0)
  })

  test('an address of accounts that are not the person is told, because those accounts are in no group', async () => {
    const { id } = await group()
    const apart = await add(id, 'account@example.com')
    await groups.removeMember(id, apart, ADMIN)
    const account = { platform: 'scripted', tenant: 'T1', user_id: 'U1', person_id: apart }
    const emails = JSON.stringify(['kim@example.com'])
    await db.transact((trx) =>
      trx
        .insertInto('accounts')
        .values({ ...account, emails, email_confirmed: 1 })
        .execute(),
    )
    const wanted = { who: { email: 'kim@example.com', name: 'Kim' }, until: null }
    expect(await groups.addMember(id, wanted, ADMIN)).toMatchObject({ apart: [{ id: apart }] })
    expect(await groups.addMember(id, { who: { personId: apart }, until: null }, ADMIN)).toMatchObject({
      apart: [],
    })
  })

  test('a group that the policy names is neither deleted nor renamed; a deleted one has nobody', async () => {
    const { id, name } = await group()
    await add(id, 'ana@example.com')
    inUse.add(name)
    const refused = { refused: { code: 'group_in_use' } }
    expect(await groups.remove(name, ADMIN)).toMatchObject(refused)
    expect(await groups.change(id, { name: 'another' }, ADMIN)).toMatchObject(refused)
    inUse.delete(name)
    expect(await groups.change(name.toUpperCase(), { name: 'another' }, ADMIN)).toMatchObject({
      row: { id, name: 'another' },
    })
    expect(await groups.remove('another', ADMIN)).toBe(true)
    expect(await namesIn(id)).toEqual([])
    expect(await groups.remove(id, ADMIN)).toBeUndefined()
    expect(await groups.addMember(id, { who: { email: 'ana@example.com' }, until: null }, ADMIN)).toBe(
      undefined,
    )
  })

  test('a name is given once, whoever is quicker', async () => {
    const made = await Promise.all(
      [1, 2, 3].map(() => groups.create({ name: 'contested', kind: 'people' }, ADMIN)),
    )
    expect(made.filter((one) => 'row' in one)).toHaveLength(1)
    const { id } = await group()
    const renamed = await groups.change(id, { name: 'contested' }, ADMIN)
    expect(renamed).toMatchObject({ refused: { code: 'group_exists' } })
  })

  test('every change is on record, by the id of the group and without names of people', async () => {
    const { id } = await group()
    const person = await add(id, 'zweig@example.com')
    await groups.change(id, { name: 'renamed' }, ADMIN)
    await groups.removeMember(id, person, ADMIN)
    await groups.remove(id, ADMIN)
    const rows = await auditOf(id)
    expect(rows.map(({ action }) => action)).toEqual([
      'group.created',
      'group.member_added',
      'group.changed',
      'group.member_removed',
      'group.deleted',
    ])
    expect(JSON.stringify(rows)).not.toContain('zweig')
    expect(JSON.parse(rows[1]?.canonical as string)).toMatchObject({
      facts: { by: ADMIN, person_id: person, until: null },
    })
  })

  test('of adding and deleting at once each ends whole', async () => {
    const rounds = [1, 2, 3, 4, 5, 6]
    for (const round of rounds) {
      const { id } = await group()
      const wanted = { who: { email: `racer-${round}@example.com`, name: 'Racer' }, until: null }
      const [, removed] = await Promise.all([groups.addMember(id, wanted, ADMIN), groups.remove(id, ADMIN)])
      expect(removed).toBe(true)
      expect(await namesIn(id)).toEqual([])
    }
  })
})
