// Proves that a policy is kept byte for byte under a number of its own, one change wins, and it asks only what can be done.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Schema } from '../../db/schema.ts'
import { sha256Hex } from '../../src/kit/canonical-json.ts'
import { newId } from '../../src/kit/ids.ts'
import { createLog } from '../../src/kit/log.ts'
import { type Applied, createPolicies, type Policies, policyInForce } from '../../src/policy/versions.ts'
import type { Database } from '../../src/store/database.ts'
import { insertDestination, UNSERVED } from '../../src/store/destinations.ts'
import { insertGroup, insertMember } from '../../src/store/groups.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { insertPerson } from '../../src/store/persons.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const ADMIN = 'key_admin'
const YAML = 'application/yaml'
const ROUNDS = 10

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let db: Database
  /** Another process. */
  let otherDb: Database
  let policies: Policies
  let others: Policies

  const open = () => openDatabase(database.url, { as: 'tool', log: createLog('silent') })
  const policiesOf = (on: Database) => createPolicies({ db: on, clock, reviewable: ['slack', 'teams'] })
  beforeEach(async () => {
    database = await create()
    db = await open()
    otherDb = await open()
    policies = policiesOf(db)
    others = policiesOf(otherDb)
  })
  afterEach(async () => {
    await db.close()
    await otherDb.close()
    await database.drop()
  })

  const apply = (text: string, more: { ifVersion?: number; mediaType?: string } = {}) =>
    policies.apply({ text, mediaType: YAML, by: ADMIN, ...more })
  const numberOf = (applied: Applied) => ('version' in applied ? applied.version.version : applied)
  const audited = async () =>
    (await db.read.selectFrom('audit').selectAll().where('action', '=', 'policy.changed').execute()).map(
      ({ canonical }) => JSON.parse(canonical).facts,
    )
  const ruleCalled = (name: string) => `rules: [{name: ${name}, allow: true}]`

  describe('versions', () => {
    test('before the first there is none', async () => {
      expect(await policies.inForce()).toBeUndefined()
      expect(await policies.find(1)).toBeUndefined()
      expect(await db.transact(policyInForce)).toBeUndefined()
    })

    test('a text is kept byte for byte, and audited with its SHA-256', async () => {
      const text = '\ufeff# Größe 😀\r\n"rules":\t[]\n\n\n# the end'
      expect(numberOf(await apply(text, { mediaType: 'application/x-yaml' }))).toBe(1)
      expect(await others.inForce()).toEqual({
        version: 1,
        text,
        mediaType: 'application/x-yaml',
        policy: { default: 'ask', rules: [], riskFloors: [] },
        createdAt: clock.now(),
        createdBy: ADMIN,
      })
      expect(await audited()).toEqual([
        { by: ADMIN, version: 1, sha256: sha256Hex(text), media_type: 'application/x-yaml' },
      ])
    })

    test('the highest is in force, in every process, and each earlier one can be read', async () => {
      for (const name of ['a', 'b', 'c']) {
        await apply(ruleCalled(name))
        const inForce = await otherDb.transact(policyInForce)
        expect(inForce?.policy.rules.map((rule) => rule.name)).toEqual([name])
        expect(await db.transact(policyInForce)).toEqual(inForce)
      }
      expect((await policies.find(2))?.text).toBe(ruleCalled('b'))
      expect(await policies.find(4)).toBeUndefined()
    })

    test('what is in force already stays the version that it is', async () => {
      await apply(ruleCalled('a'))
      expect(numberOf(await apply(ruleCalled('a')))).toBe(1)
      expect(numberOf(await apply(ruleCalled('b')))).toBe(2)
      expect(numberOf(await apply(ruleCalled('a')))).toBe(3)
      expect(await audited()).toHaveLength(3)
    })

    test('one that is not as it should be changes nothing', async () => {
      await apply(ruleCalled('a'))
      expect(await apply('rules: no')).toMatchObject({ mistakes: [{ path: 'rules', line: 1 }] })
      expect((await policies.inForce())?.version).toBe(1)
      expect(await audited()).toHaveLength(1)
    })

    test('it is changed only while the version that was read is in force', async () => {
      expect(await apply(ruleCalled('a'), { ifVersion: 1 })).toEqual({ changed: 0 })
      expect(numberOf(await apply(ruleCalled('a'), { ifVersion: 0 }))).toBe(1)
      expect(await apply(ruleCalled('b'), { ifVersion: 0 })).toEqual({ changed: 1 })
      expect(numberOf(await apply(ruleCalled('b'), { ifVersion: 1 }))).toBe(2)
    })

    test('of two changes of one version, one wins', async () => {
      for (let version = 0; version < ROUNDS; version += 1) {
        const at = { mediaType: YAML, by: ADMIN, ifVersion: version }
        const outcomes = await Promise.all([
          policies.apply({ text: ruleCalled(`a${version}`), ...at }),
          others.apply({ text: ruleCalled(`b${version}`), ...at }),
        ])
        expect(outcomes.filter((outcome) => 'version' in outcome)).toHaveLength(1)
        expect(outcomes).toContainEqual({ changed: version + 1 })
      }
      expect(await audited()).toHaveLength(ROUNDS)
    })

    test('changes that name no version come one after the other', async () => {
      const names = Array.from({ length: ROUNDS }, (_, at) => `r${at}`)
      const outcomes = await Promise.all(
        names.map((name, at) =>
          (at % 2 ? others : policies).apply({ text: ruleCalled(name), mediaType: YAML, by: ADMIN }),
        ),
      )
      const numbers = outcomes.map(numberOf).map(Number)
      expect(numbers.toSorted((a, b) => a - b)).toEqual(names.map((_, at) => at + 1))
    })
  })

  describe('what it asks can be done', () => {
    const people = new Map<string, string>()
    const insert = (work: (trx: Parameters<typeof insertGroup>[0]) => Promise<unknown>) => db.transact(work)

    async function group(name: string, kind: string, more: Partial<Schema['groups']> = {}): Promise<string> {
      const id = newId('grp')
      const empty = {
        destination_id: null,
        external_id: null,
        asked_at: null,
        answered_at: null,
        ask_error: null,
      }
      await insert((trx) => insertGroup(trx, { id, name, kind, ...empty, created_at: 0, ...more }))
      return id
    }
    async function groupOf(name: string, ...members: [name: string, until?: number | null][]): Promise<void> {
      const id = await group(name, 'people')
      for (const [member, until = null] of members) {
        const row = {
          group_id: id,
          person_id: people.get(member) as string,
          added_by: ADMIN,
          added_at: 0,
          until,
        }
        await insert((trx) => insertMember(trx, row))
      }
    }
    async function place(channelType: string): Promise<string> {
      const id = newId('dst')
      const row: Schema['destinations'] = {
        id,
        channel_type: channelType,
        name: 'A place',
        config: '{}',
        sealed_secrets: 'x',
        events: null,
        min_severity: 'info',
        tools: null,
        agents: null,
        settings: null,
        retry_policy: null,
        enabled: 1,
        disabled_reason: null,
        deleted_at: null,
        created_at: 0,
        updated_at: 0,
        ...UNSERVED,
      }
      await insert((trx) => insertDestination(trx, row))
      return id
    }

    beforeEach(async () => {
      people.clear()
      for (const name of ['ana', 'ben', 'gil', 'ines']) {
        const id = newId('per')
        people.set(name, id)
        const row = { id, name, email: null, roles: '[]', created_at: 0, merged_into: null, merged_by: null }
        await insert((trx) => insertPerson(trx, { ...row, disabled_at: name === 'ines' ? 1 : null }))
      }
    })

    const asking = (ask: string) => `rules:\n  - name: it\n    ask: {${ask}}\n`
    const complaint = async (ask: string) => {
      const checked = await policies.check(asking(ask))
      const applied = await apply(asking(ask))
      expect('mistakes' in applied).toBe('mistakes' in checked)
      return 'mistakes' in checked ? checked.mistakes.map(({ message }) => message) : []
    }
    const needs = (...pairs: [string, number][]) =>
      `requirements: [${pairs.map(([name, approvals]) => `{group: ${name}, approvals: ${approvals}}`).join(', ')}]`

    test('groups must be there, with enough people who can decide', async () => {
      await groupOf('payments', ['ana'], ['ben'], ['ines'], ['gil', clock.now()])
      await groupOf('security', ['ana'], ['gil', clock.now() + 1])
      await groupOf('nobody', ['ines'])
      expect(await complaint(needs(['payments', 2]))).toEqual([])
      expect(await complaint(needs(['Payments', 1], ['reviewers', 20]))).toEqual([])
      expect(await complaint(needs(['payments', 3]))).toEqual([
        'ask.requirements[0] needs 3 people of the group payments, which has 2',
      ])
      expect(await complaint(needs(['reviewers', 1], ['payment', 1]))).toEqual([
        'ask.requirements[1] names the group payment, which does not exist (did you mean payments?)',
      ])
      expect(await complaint(needs(['nobody', 1]))).toEqual([
        'ask.requirements[0] names the group nobody, in which nobody can decide',
      ])
      expect(await complaint('escalate: {after_seconds: 60, to: nobody}')).toEqual([
        'ask.escalate names the group nobody, in which nobody can decide',
      ])
      expect(await complaint('escalate: {after_seconds: 60, to: security}')).toEqual([])
    })

    test('nobody is counted twice for requirements that are to be met together', async () => {
      await groupOf('payments', ['ana'], ['ben'])
      await groupOf('security', ['ana'])
      expect(await complaint(needs(['payments', 1], ['security', 1]))).toEqual([])
      expect(await complaint(needs(['payments', 2], ['security', 1]))).toEqual([
        'ask.requirements need 3 different people, and 2 in these groups cannot meet them all',
      ])
    })

    test('of a group elsewhere, as many as its platform named last', async () => {
      const oncall = await group('oncall', 'external', { asked_at: 1, answered_at: 1 })
      await group('room', 'destination', { destination_id: await place('slack') })
      expect(await complaint(needs(['oncall', 1]))).toEqual([
        'ask.requirements[0] names the group oncall, in which nobody can decide',
      ])
      const account = { group_id: oncall, platform: 'p', tenant: 't', user_id: 'u' }
      await insert((trx) => trx.insertInto('group_accounts').values(account).execute())
      expect(await complaint(needs(['oncall', 1], ['room', 5]))).toEqual([])
      expect(await complaint(needs(['oncall', 2]))).toHaveLength(1)
    })

    test('whoever presses at a place needs a card there, and the place', async () => {
      const [room, other, collector] = [await place('slack'), await place('teams'), await place('siem')]
      await group('room', 'destination', { destination_id: room })
      await group('gone', 'destination', { destination_id: 'dst_gone' })
      await group('machines', 'destination', { destination_id: collector })
      await group('oncall', 'external', { destination_id: 'dst_gone' })
      await groupOf('payments', ['ana'])
      const both = needs(['payments', 1], ['room', 1])
      expect(await complaint(both)).toEqual([])
      expect(await complaint(`${both}, destinations: [${room}, ${other}]`)).toEqual([])
      const elsewhere = `destinations: [${other}]`
      expect(await complaint(`${both}, ${elsewhere}`)).toEqual([
        `ask.requirements[1] names the group room, whose members press at the destination ${room} (A place), and ask.destinations sends no card there (did you mean to add ${room}?)`,
      ])
      expect(await complaint(`${elsewhere}, escalate: {after_seconds: 60, to: room}`)).toEqual([])
      const press = 'whose members press at the destination'
      expect(await complaint(needs(['gone', 1]))).toEqual([
        `ask.requirements[0] names the group gone, ${press} dst_gone, which is deleted`,
      ])
      expect(await complaint('escalate: {after_seconds: 60, to: gone}')).toEqual([
        `ask.escalate names the group gone, ${press} dst_gone, which is deleted`,
      ])
      expect(await complaint(needs(['machines', 1]))).toEqual([
        `ask.requirements[0] names the group machines, ${press} ${collector} of type siem, where nobody sees a card`,
      ])
      expect(await complaint(needs(['oncall', 1]))).toEqual([
        'ask.requirements[0] names the group oncall, whose members are asked for through the destination dst_gone, which is deleted',
      ])
    })

    test('cards go where people see them', async () => {
      const channel = await place('slack')
      const collector = await place('siem')
      expect(await complaint(`destinations: [${channel}]`)).toEqual([])
      expect(await complaint(`destinations: [${channel}, dst_none]`)).toEqual([
        'ask.destinations[1] names the destination dst_none, which does not exist',
      ])
      expect(await complaint(`destinations: [${collector}]`)).toEqual([
        `ask.destinations[0] names the destination ${collector} of type siem, where nobody sees a card`,
      ])
    })

    test('a shadow rule is held to it too, and the mistake has its rule and line', async () => {
      const text =
        'rules:\n  - name: later\n    shadow: true\n    ask:\n      requirements:\n        - group: none\n'
      expect(await policies.check(text)).toMatchObject({
        mistakes: [{ rule: 'later', line: 6, path: 'rules[0].ask.requirements[0]' }],
      })
    })
  })
})
