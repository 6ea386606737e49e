// Proves that people are people: keys do not rename them, accounts are joined where an admin says so, and set back.

import { beforeEach, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { ANA, TEAM } from '../fakes/slack-requests.ts'

interface PersonView {
  id: string
  name: string
  emails: string[]
  roles: string[]
  disabled: boolean
  accounts: { user_id: string }[]
  joined: { id: string; joined_by: string }[]
}

let number = 0

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  let name: string
  let email: string

  beforeEach(() => {
    number += 1
    name = `Person ${number}`
    email = `person.${number}@example.com`
  })

  const call = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    server.running.call<T>(method, path, body === undefined ? {} : { body })
  const people = async () => (await call<{ data: PersonView[] }>('GET', '/v1/people?limit=200')).body.data
  const personOf = async (address: string) =>
    (await people()).find(({ emails }) => emails.includes(address)) as PersonView
  const decide = (id: string, key: string) =>
    server.running.call<ApprovalView>('POST', `/v1/approvals/${id}/decision`, {
      key,
      body: { decision: 'approve' },
    })
  const vouch = (...domains: string[]) =>
    call(
      'PUT',
      '/v1/people/vouching',
      domains.length === 0 ? [] : [{ platform: 'slack', tenant: TEAM, domains }],
    )
  /** Ana approves a card in Slack. */
  async function clickAsAna(): Promise<string> {
    const destination = await server.running.destination()
    const { body: asked } = await server.running.ask()
    const { ts } = await eventually(() =>
      server.running.slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes(asked.id)),
    )
    await server.running.slack.click({ channel: CHANNEL, ts, actionId: 'approve_action', userId: ANA })
    await call('DELETE', `/v1/settings/notifications/${destination}`)
    const { body } = await call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)
    return body.decisions[0]?.reviewer.id as string
  }

  test('a second key neither renames the person nor takes another name', async () => {
    const key = await server.running.key(reviewer(name))
    const another = { name: 'a key', roles: ['reviewer'], person: { name: 'Board of Directors', email } }
    expect(await call('POST', '/v1/api-keys', another)).toMatchObject({
      status: 409,
      body: { code: 'person_exists', detail: expect.stringContaining(`"${name}"`) },
    })
    const { body: asked } = await server.running.ask()
    expect((await decide(asked.id, key)).body.decisions).toMatchObject([{ reviewer: { name } }])
  })

  test('the role is the person’s: revoking a key takes nothing, taking the role stops every key', async () => {
    const { body: made } = await call<{ id: string }>('POST', '/v1/api-keys', {
      name: 'one',
      ...reviewer(name),
    })
    await call('DELETE', `/v1/api-keys/${made.id}`)
    const person = await personOf(email)
    expect(person).toMatchObject({ name, roles: ['reviewer'], disabled: false })

    const key = await server.running.key(reviewer(name))
    await call('PATCH', `/v1/people/${person.id}`, { roles: [] })
    const { body: asked } = await server.running.ask()
    expect(await decide(asked.id, key)).toMatchObject({ status: 403, body: { code: 'not_a_reviewer' } })
    await call('PATCH', `/v1/people/${person.id}`, { roles: ['reviewer'], name: 'Another Name' })
    expect((await decide(asked.id, key)).body.decisions).toMatchObject([
      { reviewer: { name: 'Another Name' } },
    ])
  })

  test('who is disabled loses all keys, and gets none under another spelling', async () => {
    const key = await server.running.key(reviewer(name))
    const { id } = await personOf(email)
    expect((await call('PATCH', `/v1/people/${id}`, { disabled: true })).body).toMatchObject({
      disabled: true,
    })
    const { body: asked } = await server.running.ask()
    expect((await decide(asked.id, key)).status).toBe(401)
    const alias = { name, email: email.replace('@', '+2@').toUpperCase() }
    expect(
      await call('POST', '/v1/api-keys', { name: 'k', roles: ['reviewer'], person: alias }),
    ).toMatchObject({
      status: 409,
      body: { code: 'person_disabled' },
    })
    await call('PATCH', `/v1/people/${id}`, { disabled: false })
    expect((await decide(asked.id, await server.running.key(reviewer(name)))).status).toBe(200)
  })

  test('neither the maker of the asking key decides, nor whose key it made; keys with one maker are strangers', async () => {
    const boss = await server.running.key(reviewer(name, { roles: ['admin', 'reviewer'] }))
    const made = async (body: object) =>
      (
        await server.running.call<{ key: string }>('POST', '/v1/api-keys', {
          key: boss,
          body: { name: 'k', ...body },
        })
      ).body.key
    const agent = await made({ roles: ['agent'] })
    const colleague = await made(reviewer(`Colleague ${number}`))
    const ask = async (key: string) => (await server.running.ask({}, { key })).body.id
    const own = { status: 403, body: { code: 'own_request' } }
    const byAgent = await ask(agent)
    expect(await decide(byAgent, boss)).toMatchObject(own)
    expect((await decide(byAgent, colleague)).status).toBe(200)
    const byBoss = await ask(boss)
    expect(await decide(byBoss, colleague)).toMatchObject(own)
    const { body: keys } = await call<{ data: { created_by: string | null }[] }>('GET', '/v1/api-keys')
    expect(keys.data.at(-1)?.created_by).toMatch(/^key_/)
  })

  test('two people are joined by hand, have one vote and one id, and are set back', async () => {
    await server.running.key(reviewer(name))
    await server.running.key(reviewer(`${name} b`))
    const [elder, younger] = [await personOf(email), await personOf(`person.${number}.b@example.com`)]
    const { body: one } = await call<PersonView>('POST', `/v1/people/${younger.id}/join`, {
      person_id: elder.id,
    })
    expect(one).toMatchObject({ id: elder.id, name, joined: [{ id: younger.id }] })
    expect((await call('GET', `/v1/people/${younger.id}`)).body).toMatchObject({ id: elder.id })
    expect((await call('POST', `/v1/people/${younger.id}/unjoin`)).body).toMatchObject({
      id: younger.id,
      joined: [],
    })
    expect(await call('POST', `/v1/people/${younger.id}/unjoin`)).toMatchObject({
      status: 409,
      body: { code: 'not_joined' },
    })
  })

  test('an account joins the holder of its address only where an admin vouches for its tenant', async () => {
    const slack = await clickAsAna()
    const account = (await people()).find(({ id }) => id === slack) as PersonView
    const [address] = account.emails as [string]
    await server.running.key({ roles: ['reviewer'], person: { name: 'Ana of the key', email: address } })
    const holders = async () => (await people()).filter(({ emails }) => emails.includes(address))
    expect(await holders()).toHaveLength(2)
    await vouch('elsewhere.example')
    expect(await holders()).toHaveLength(2)
    await vouch(address.slice(address.indexOf('@') + 1))
    expect(await holders()).toMatchObject([
      {
        id: slack,
        name: 'Ana of the key',
        roles: ['reviewer'],
        joined: [{ joined_by: expect.stringMatching(/^vouching:/) }],
      },
    ])
    expect(await clickAsAna()).toBe(slack)
    await vouch()
    expect(await holders()).toHaveLength(2)
  })

  test.each([
    ['PATCH', {}],
    ['PATCH', { roles: ['admin'] }],
    ['PATCH', { name: '' }],
    ['PATCH', { disabled: 'yes' }],
  ])('%s %j is refused', async (method, body) => {
    await server.running.key(reviewer(name))
    const { id } = await personOf(email)
    expect(await call(method, `/v1/people/${id}`, body)).toMatchObject({ status: 400 })
    expect(
      await call('PUT', '/v1/people/vouching', [{ platform: 'slack', tenant: TEAM, domains: ['nonsense'] }]),
    ).toMatchObject({
      status: 400,
    })
  })

  test.each(['slacks', 'discord', ''])('nobody is vouched for on the platform "%s"', async (platform) => {
    const domains = ['example.com']
    const vouched = [
      { platform: 'slack', tenant: TEAM, domains },
      { platform, tenant: TEAM, domains },
    ]
    const before = await call('GET', '/v1/people/vouching')
    expect(await call('PUT', '/v1/people/vouching', vouched)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: '1.platform' }] },
    })
    expect((await call('GET', '/v1/people/vouching')).body).toEqual(before.body)
  })
})
