// Proves when a platform is asked who is in its groups, by how many, and what its silence means.

import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createExternalGroups, type ExternalGroups } from '../../src/destinations/external-groups.ts'
import { createGroups } from '../../src/identity/groups.ts'
import { membershipsOf, seeGroups } from '../../src/identity/membership.ts'
import { renameTenant } from '../../src/identity/tenants.ts'
import { Failed, Throttled } from '../../src/platforms/platform.ts'
import { updateDestination } from '../../src/store/destinations.ts'
import { findGroup } from '../../src/store/groups.ts'
import { databases, type TestDatabase } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { type Office, openOffice } from '../fakes/office.ts'
import { scriptedPlatform } from '../fakes/scripted-platform.ts'

const ADMIN = 'key_admin'
const MINUTE = 60_000
const FIVE_MINUTES = 5 * MINUTE

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: TestDatabase
  let office: Office
  let place: string
  /** Two processes on the same database. */
  let here: ExternalGroups
  let there: ExternalGroups
  /** The groups that were asked for, in order. */
  let asked: string[] = []
  /** By the group. */
  const users = new Map<string, string[]>()
  let answer: (id: string) => Promise<void> = async () => {}
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  let number = 0

  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
    const platform = {
      ...scriptedPlatform(),
      async listGroup(id: string) {
        asked.push(id)
        const userIds = users.get(id) ?? []
        await answer(id)
        return { tenant: 'T1', userIds }
      },
      groupAdvice: (code: string) => (code === 'missing_scope' ? 'grant the scope' : undefined),
    }
    const open = ({ id, name }: { id: string; name: string }) => ({
      id,
      name,
      config: {},
      includeDetails: true,
    })
    const platforms = new Map([['scripted', platform]])
    const options = { db: office.db, open, platforms, clock, log }
    here = createExternalGroups(options)
    there = createExternalGroups(options)
  })
  afterAll(async () => {
    await office.close()
    await database.drop()
  })
  beforeEach(async () => {
    await office.db.transact((trx) => trx.deleteFrom('group_accounts').execute())
    await office.db.transact((trx) => trx.deleteFrom('groups').execute())
    place = await office.destination()
    answer = async () => {}
    asked = []
    lines.length = 0
  })

  /** As an admin makes it; returns its id. */
  async function group(externalId: string, ...userIds: string[]): Promise<string> {
    users.set(externalId, userIds)
    const first = await here.ask(place, externalId)
    if (!('told' in first)) throw new Error(first.code)
    const groups = createGroups({ db: office.db, clock, isInUse: async () => false })
    number += 1
    const wanted = { name: `group-${number}`, destinationId: place, externalId, told: first.told }
    const made = await groups.create({ kind: 'external', ...wanted }, ADMIN)
    if ('refused' in made) throw new Error(made.refused.text)
    asked = []
    return made.row.id
  }
  async function memberships(id: string, user: string) {
    const accounts = [{ platform: 'scripted', tenant: 'T1', user_id: user }]
    const who = { rowIds: [], accounts, pressedAt: null }
    const { groups, unasked } = await membershipsOf(
      office.db.read,
      await seeGroups(office.db.read, [id], undefined),
      who,
      clock.now(),
    )
    return unasked.length > 0 ? 'nobody knows' : groups.has(id)
  }
  const row = async (id: string) => (await findGroup(office.db.read, id)) as NonNullable<unknown>

  test('it is asked every five minutes, and who came and went is known then', async () => {
    const id = await group('S1', 'U1', 'U2')
    users.set('S1', ['U2', 'U3'])
    clock.advance(FIVE_MINUTES - 1)
    await here.refresh()
    expect(asked).toEqual([])
    expect(await memberships(id, 'U1')).toBe(true)
    clock.advance(1)
    await here.refresh()
    expect(asked).toEqual(['S1'])
    const known = await Promise.all(['U1', 'U2', 'U3'].map((user) => memberships(id, user)))
    expect(known).toEqual([false, true, true])
    expect(await row(id)).toMatchObject({ asked_at: clock.now(), answered_at: clock.now(), ask_error: null })
  })

  test('of several processes one asks', async () => {
    await group('S1')
    await group('S2')
    clock.advance(FIVE_MINUTES)
    await Promise.all([here.refresh(), there.refresh()])
    expect(asked.toSorted()).toEqual(['S1', 'S2'])
  })

  test('while it does not answer, what it said holds for ten minutes, and then nobody is a member', async () => {
    const id = await group('S1', 'U1')
    answer = async () => {
      throw new Failed('missing_scope')
    }
    clock.advance(FIVE_MINUTES)
    await here.refresh()
    expect(await memberships(id, 'U1')).toBe(true)
    expect(await row(id)).toMatchObject({
      ask_error: 'missing_scope',
      answered_at: clock.now() - FIVE_MINUTES,
    })
    for (let minute = 0; minute < 5; minute++) {
      clock.advance(MINUTE)
      await here.refresh()
    }
    expect(asked).toHaveLength(6)
    expect(await memberships(id, 'U1')).toBe(true)
    clock.advance(1)
    expect(await memberships(id, 'U1')).toBe('nobody knows')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ group: id, code: 'missing_scope' }])
    answer = async () => {}
    clock.advance(MINUTE)
    await here.refresh()
    expect(await memberships(id, 'U1')).toBe(true)
    expect(await row(id)).toMatchObject({ ask_error: null })
  })

  test('it is left in peace as long as it asks for', async () => {
    await group('S1')
    await group('S2')
    answer = async () => {
      throw new Throttled(2 * MINUTE)
    }
    clock.advance(FIVE_MINUTES)
    await here.refresh()
    clock.advance(2 * MINUTE - 1)
    await here.refresh()
    expect(asked).toHaveLength(1)
    answer = async () => {}
    clock.advance(1)
    await here.refresh()
    expect(asked.slice(1).toSorted()).toEqual(['S1', 'S2'])
  })

  test('an admin hears the code, and what to do about it', async () => {
    answer = async () => {
      throw new Failed('missing_scope')
    }
    expect(await here.ask(place, 'S1')).toMatchObject({ code: 'missing_scope', advice: 'grant the scope' })
    answer = async () => {}
    users.set(
      'S1',
      Array.from({ length: 5_001 }, (_, at) => `U${at}`),
    )
    expect(await here.ask(place, 'S1')).toMatchObject({ code: 'too_many_accounts' })
    const machine = await office.destination({ channel_type: 'machine' })
    expect([here.isListable('scripted'), here.isListable('machine')]).toEqual([true, false])
    expect(await here.ask(machine, 'S1')).toMatchObject({ code: 'no_groups' })
  })

  test('an answer to an older question changes nothing', async () => {
    const id = await group('S1', 'U1')
    const groups = createGroups({ db: office.db, clock, isInUse: async () => false })
    answer = async () => {
      answer = async () => {}
      users.set('S2', ['U2'])
      clock.advance(1)
      const told = await here.ask(place, 'S2')
      if ('told' in told) await groups.change(id, { externalId: 'S2', told: told.told }, ADMIN)
    }
    clock.advance(FIVE_MINUTES)
    await here.refresh()
    expect(asked).toEqual(['S1', 'S2'])
    expect(await memberships(id, 'U1')).toBe(false)
    expect(await memberships(id, 'U2')).toBe(true)
  })

  test('one whose destination was deleted runs out', async () => {
    const id = await group('S1', 'U1')
    await office.db.transact((trx) => updateDestination(trx, place, { deleted_at: clock.now() }))
    clock.advance(FIVE_MINUTES)
    await here.refresh()
    expect(asked).toEqual([])
    expect(await row(id)).toMatchObject({ ask_error: 'destination_removed' })
    clock.advance(FIVE_MINUTES + 1)
    expect(await memberships(id, 'U1')).toBe('nobody knows')
  })

  test('a tenant that is called otherwise is asked at once, and its accounts have the new name', async () => {
    const id = await group('S1', 'U1')
    const renaming = { platform: 'scripted', from: 'T1', to: 'E1' }
    await office.db.transact((trx) => renameTenant(trx, renaming, clock.now()))
    await here.refresh()
    expect(asked).toEqual(['S1'])
    const accounts = await office.db.read.selectFrom('group_accounts').selectAll().execute()
    expect(accounts).toEqual([{ group_id: id, platform: 'scripted', tenant: 'E1', user_id: 'U1' }])
    await office.db.transact((trx) => trx.deleteFrom('tenant_names').execute())
  })

  test('a clock that is set back lets nobody be a member by what was told in the time to come', async () => {
    const late = manualClock(clock.now() + FIVE_MINUTES)
    const id = await group('S1', 'U1')
    const answered_at = late.now()
    await office.db.transact((trx) =>
      trx.updateTable('groups').set({ asked_at: answered_at, answered_at }).execute(),
    )
    expect(await memberships(id, 'U1')).toBe('nobody knows')
    await here.refresh()
    expect(await memberships(id, 'U1')).toBe(true)
  })
})
