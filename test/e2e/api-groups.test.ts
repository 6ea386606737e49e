// Proves what admins and auditors are told of groups of reviewers, and how what is wrong is said.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

interface Group {
  id: string
  name: string
  members: { person_id: string; name: string; emails: string[]; until: string | null }[]
}

const UNTIL = '2026-12-24T18:00:00.000Z'

let number = 0

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let name: string
  beforeEach(() => {
    number += 1
    name = `group-${number}`
  })

  const call = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    server.running.call<T>(method, `/v1/groups${path}`, body === undefined ? {} : { body })

  test('a group is made, filled, emptied and deleted, by its id or its name in any case', async () => {
    const made = await call<Group>('POST', '', { name: name.toUpperCase() })
    expect(made).toMatchObject({ status: 201, body: { name, kind: 'people', members: [], accounts: [] } })
    const { id } = made.body
    const ben = { email: 'ben@example.com', name: 'Ben Okafor', until: '2026-12-24T19:00:00+01:00' }
    const { body: added } = await call<Group>('POST', `/${name.toUpperCase()}/members`, ben)
    expect(added.members).toMatchObject([{ name: 'Ben Okafor', emails: [ben.email], until: UNTIL }])
    const person_id = added.members[0]?.person_id as string
    const { body: extended } = await call<Group>('POST', `/${id}/members`, { person_id })
    expect(extended.members).toMatchObject([{ person_id, until: null }])
    expect(extended).not.toHaveProperty('notice')
    expect((await call<Group>('GET', `/${name}`)).body).toEqual(extended)

    expect((await call('DELETE', `/${name}/members/${person_id}`)).status).toBe(204)
    expect((await call('DELETE', `/${name}/members/${person_id}`)).body).toMatchObject({
      status: 404,
      detail: `There is no member ${person_id}`,
    })
    expect((await call('DELETE', `/${id}`)).status).toBe(204)
    expect((await call('GET', `/${name}`)).status).toBe(404)
  })

  test('who is in a group decides no more by it than before: a group gives no role', async () => {
    await call('POST', '', { name })
    const key = await server.running.key(reviewer(`Gil ${number}`))
    const person = { email: `gil.${number}@example.com` }
    const { body } = await call<Group>('POST', `/${name}/members`, person)
    const path = `/v1/people/${body.members[0]?.person_id}`
    await server.running.call('PATCH', path, { body: { roles: [] } })
    const { body: asked } = await server.running.ask()
    const decision = { key, body: { decision: 'approve' } }
    const answer = await server.running.call('POST', `/v1/approvals/${asked.id}/decision`, decision)
    expect(answer).toMatchObject({ status: 403, body: { code: 'not_a_reviewer' } })
  })

  test('a list is read by pages, and leaves out who is in them', async () => {
    const all: Group[] = []
    for (const one of ['a', 'b', 'c']) await call('POST', '', { name: `${name}-${one}` })
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { body } = await call<{ data: Group[]; next_cursor: string | null }>('GET', query)
      all.push(...body.data)
      cursor = body.next_cursor
    }
    const names = all.map((group) => group.name)
    expect(names).toEqual([...new Set(names)])
    expect(names).toEqual(expect.arrayContaining(['a', 'b', 'c'].map((one) => `${name}-${one}`)))
    expect(all[0]).not.toHaveProperty('members')
  })

  describe('what is wrong is said', () => {
    let place: string
    let machine: string
    beforeAll(async () => {
      place = await server.running.destination()
      const config = { url: 'https://1.1.1.1/hook' }
      machine = await server.running.destination({ channel_type: 'webhook', config })
      await call('POST', '', { name: 'taken' })
    })

    test.each<[Record<string, string>, number, string]>([
      [{ name: 'Taken' }, 409, 'There is a group taken already'],
      [{ name: 'reviewers' }, 400, 'name: must be another name: reviewers are all who may review'],
      [{ name: '-x' }, 400, 'name: must be a name such as payments'],
      [{ name: 'grp_01m8pr4kwfespb3n8w9av1t9bf' }, 400, 'name: must be a name, not an id'],
      [{ name: 'x', kind: 'channel' }, 400, 'kind: must be people, destination or external'],
      [{ name: 'x', kind: 'destination' }, 400, 'destination_id'],
      [{ name: 'x', destination_id: 'PLACE' }, 400, 'A group of people has no destination'],
      [{ name: 'x', kind: 'destination', destination_id: 'dst_x' }, 400, 'There is no destination dst_x'],
      [
        { name: 'x', kind: 'destination', destination_id: 'MACHINE' },
        400,
        'Nobody presses a button at a destination of webhook',
      ],
      [{ name: 'x', kind: 'external', destination_id: 'PLACE' }, 400, 'external_id'],
      [
        { name: 'x', kind: 'external', destination_id: 'MACHINE', external_id: 'S1' },
        400,
        'Countersign asks no webhook who is in a group',
      ],
    ])('of a new group: %j', async (wanted, status, sentence) => {
      const text = JSON.stringify(wanted).replace('PLACE', place).replace('MACHINE', machine)
      const answer = await call('POST', '', JSON.parse(text))
      expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(sentence) } })
    })

    test.each([
      [{}, 400, 'Give either person_id or email'],
      [{ person_id: 'per_x', email: 'a@example.com' }, 400, 'Give either person_id or email'],
      [{ person_id: 'per_x' }, 404, 'There is no person per_x'],
      [{ person_id: 'per_x', name: 'A' }, 400, 'A name belongs to an email'],
      [{ email: 'nobody@example.com' }, 400, 'Nobody is known by this e-mail address: give a name too'],
      [{ email: 'a@example.com', name: 'A', until: '2020-01-01T00:00:00Z' }, 400, 'a time to come'],
      [{ email: 'a@example.com', name: 'A', until: 'tomorrow' }, 400, 'until: must be a time such as'],
    ])('of a new member: %j', async (wanted, status, sentence) => {
      const answer = await call('POST', '/taken/members', wanted)
      expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(sentence) } })
    })

    test('of a group that is not of people', async () => {
      const kind = { kind: 'destination', destination_id: place }
      await call('POST', '', { name, ...kind })
      const added = await call('POST', `/${name}/members`, { email: 'a@example.com', name: 'A' })
      expect(added).toMatchObject({ status: 409, body: { code: 'group_without_list' } })
      expect((await call('PATCH', `/${name}`, { external_id: 'S1' })).status).toBe(400)
      expect((await call('PATCH', '/taken', { destination_id: place })).status).toBe(400)
      expect((await call('PATCH', `/${name}`, { destination_id: place })).status).toBe(200)
    })
  })

  test('names and addresses of people stand in no row of the trail that is kept for ever', async () => {
    await call('POST', '', { name })
    await call('POST', `/${name}/members`, { email: 'zweig@example.com', name: 'Zweig' })
    const rows = await select(server.databaseUrl, "select canonical from audit where action like 'group.%'")
    expect(rows.length).toBeGreaterThan(1)
    expect(JSON.stringify(rows).toLowerCase()).not.toContain('zweig')
  })
})
