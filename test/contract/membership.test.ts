// Proves who is in a group at a moment, whatever kind of group it is and however the person was joined together.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GroupRow, PersonRow } from '../../db/schema.ts'
import {
  findGroupsByName,
  findMembers,
  type Member,
  membersAddedSince,
  membershipsOf,
  seeGroups,
} from '../../src/identity/membership.ts'
import { newPerson } from '../../src/identity/persons.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { insertGroupAccounts } from '../../src/store/group-accounts.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { insertPerson, updatePersons } from '../../src/store/persons.ts'
import { databases, type TestDatabase } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'

const NOW = Date.parse('2026-11-30T12:00:00Z')
const SECOND = 1_000
const TEN_MINUTES = 600_000
const HERE = 'dst_here'
const ANA = { platform: 'scripted', tenant: 'T1', user_id: 'U1' }
const NOBODY: Member = { rowIds: [], accounts: [], pressedAt: null }

describe.each(databases)('on $name', ({ create }) => {
  let database: TestDatabase
  let db: Database
  beforeAll(async () => {
    database = await create()
    db = await openDatabase(database.url, { as: 'tool', log: silent })
  })
  afterAll(async () => {
    await db.close()
    await database.drop()
  })

  async function group(wanted: Partial<GroupRow>): Promise<string> {
    const id = newId('grp')
    const none = { destination_id: null, external_id: null, asked_at: null, answered_at: null }
    const row = { id, name: id, kind: 'people', ...none, ask_error: null, created_at: NOW, ...wanted }
    await db.transact((trx) => insertGroup(trx, row))
    return id
  }
  async function person(name: string): Promise<PersonRow> {
    const row = newPerson(name, {}, NOW)
    await db.transact((trx) => insertPerson(trx, row))
    return row
  }
  const add = (group_id: string, { id }: PersonRow, until: number | null = null, added_at = NOW) =>
    db.transact((trx) =>
      insertMember(trx, { group_id, person_id: id, added_by: 'key_admin', added_at, until }),
    )
  const tell = (group_id: string, account = ANA) =>
    db.transact((trx) => insertGroupAccounts(trx, [{ group_id, ...account }]))
  async function among(ids: string[], who: Partial<Member>, seenFor = who.rowIds?.[0]) {
    const seen = await seeGroups(db.read, ids, seenFor)
    return membershipsOf(db.read, seen, { ...NOBODY, ...who }, NOW)
  }
  const isIn = async (id: string, who: Partial<Member>) => (await among([id], who)).groups.has(id)

  test.each([
    ['without an end', true, null],
    ['until later', true, NOW + 1],
    ['until this very moment', false, NOW],
    ['until before', false, NOW - 1],
  ])('who was added %s is a member: %s', async (_said, expected, until) => {
    const id = await group({})
    const [ana, ben] = [await person('Ana'), await person('Ben')]
    await add(id, ana, until)
    expect(await isIn(id, { rowIds: [ana.id] })).toBe(expected)
    expect(await isIn(id, { rowIds: [ben.id, ana.id] })).toBe(expected)
    const byAnotherRow = await among([id], { rowIds: [ben.id, ana.id] }, ana.id)
    expect(byAnotherRow.groups.has(id)).toBe(expected)
    expect(await isIn(id, { rowIds: [ben.id], accounts: [ANA], pressedAt: HERE })).toBe(false)
    expect((await findMembers(db.read, id, NOW)).map(({ name }) => name)).toEqual(expected ? ['Ana'] : [])
  })

  test.each([
    [HERE, true],
    ['dst_elsewhere', false],
    [null, false],
  ])('in the group of a place is who presses a card there: at %s, %s', async (pressedAt, expected) => {
    const id = await group({ kind: 'destination', destination_id: HERE })
    expect(await isIn(id, { pressedAt })).toBe(expected)
  })

  test.each([
    ['never', false, null],
    ['a moment ago', true, NOW],
    ['ten minutes ago', true, NOW - TEN_MINUTES],
    ['over ten minutes ago', false, NOW - TEN_MINUTES - 1],
    ['by a clock that is a little ahead', true, NOW + SECOND],
    ['before the clock was set back', false, NOW + TEN_MINUTES],
  ])('a platform that answered %s is believed: %s', async (_said, expected, answered_at) => {
    const outside = { kind: 'external', destination_id: HERE, external_id: 'S1' }
    const id = await group({ ...outside, answered_at })
    await tell(id)
    expect(await isIn(id, { accounts: [ANA] })).toBe(expected)
    const found = await among([id], { accounts: [ANA] })
    expect(found.unasked).toEqual(expected ? [] : [id])
  })

  test('an account is another one in another tenant, on another platform and as another user', async () => {
    const id = await group({ kind: 'external', destination_id: HERE, external_id: 'S1', answered_at: NOW })
    await tell(id)
    for (const other of [{ tenant: 'T2' }, { platform: 'elsewhere' }, { user_id: 'U2' }]) {
      expect(await isIn(id, { accounts: [{ ...ANA, ...other }] })).toBe(false)
      expect(await isIn(id, { accounts: [{ ...ANA, ...other }, ANA] })).toBe(true)
    }
  })

  test('of several groups each is told by itself, and one that was deleted has nobody', async () => {
    const ana = await person('Ana')
    const outside = { kind: 'external', destination_id: HERE, external_id: 'S1' }
    const mine = await group({ name: 'payments' })
    const other = await group({ name: 'security' })
    const place = await group({ kind: 'destination', destination_id: HERE })
    const told = await group({ ...outside, answered_at: NOW })
    const untold = await group(outside)
    const gone = newId('grp')
    await add(mine, ana)
    for (const id of [told, untold]) await tell(id)
    const all = [mine, other, place, told, untold, gone, mine]
    const who = { rowIds: [ana.id, ana.id], accounts: [ANA], pressedAt: HERE }
    expect(await among(all, who)).toEqual({
      groups: new Set([mine, place, told]),
      unasked: [untold],
    })
    expect(await among([], who)).toEqual({ groups: new Set(), unasked: [] })
    expect(await findGroupsByName(db.read, ['Payments', 'nobody'])).toEqual([{ id: mine, name: 'payments' }])
  })

  test('who was joined to somebody is a member once, under one name, and so is who was added since', async () => {
    const id = await group({})
    const [ana, ana2, ben] = [await person('Ana'), await person('Ana in chat'), await person('Ben')]
    await db.transact((trx) => updatePersons(trx, [ana2.id], { merged_into: ana.id, merged_by: 'key_admin' }))
    await add(id, ben, null, NOW - SECOND)
    await add(id, ana2, null, NOW + SECOND)
    const members = await findMembers(db.read, id, NOW)
    expect(members.map(({ id, name }) => ({ id, name }))).toEqual([
      { id: ben.id, name: 'Ben' },
      { id: ana.id, name: 'Ana' },
    ])
    expect(await membersAddedSince(db.read, [id], NOW)).toEqual([
      { groupId: id, personId: ana.id, name: 'Ana', at: NOW + SECOND },
    ])
    await add(id, ana, null, NOW + 2 * SECOND)
    expect(await findMembers(db.read, id, NOW)).toHaveLength(2)
  })
})
