// Proves that a user group of Slack stands for a group of reviewers: asked at once, kept fresh, and believed no longer than that.

import { describe, expect, test } from 'vitest'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { ANA } from '../fakes/slack-requests.ts'

const MINUTE = 60_000
const BEN = 'U0BENOKAFO'
const PATH = '/v1/groups/payments'

interface Group {
  answered_at: string
  ask_error: string | null
  accounts: { user_id: string }[]
}

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)
  const call = (method: string, path: string, body?: unknown) =>
    server.running.call<Group>(method, path, body === undefined ? {} : { body })
  const payments = async () => (await call('GET', PATH)).body
  const questions = () =>
    server.running.slack.calls.filter(({ method }) => method === 'usergroups.users.list').length

  test('its people are known at once, and who comes and goes within five minutes', async () => {
    const { slack } = server.running
    slack.setUserGroup({ id: 'S0PAYMENTS', handle: 'payments', users: [ANA] })
    const destination_id = await server.running.destination()
    const wanted = { name: 'payments', kind: 'external', destination_id, external_id: 'S0PAYMENTS' }

    slack.grant('usergroups:read', false)
    expect(await call('POST', '/v1/groups', wanted)).toMatchObject({
      status: 502,
      body: {
        code: 'group_unanswered',
        error: 'missing_scope',
        detail: expect.stringContaining(
          '(missing_scope): the token has not the scope usergroups:read: grant it',
        ),
      },
    })
    expect((await call('GET', PATH)).status).toBe(404)
    slack.grant('usergroups:read', true)
    expect(await call('POST', '/v1/groups', { ...wanted, external_id: '@payments' })).toMatchObject({
      status: 502,
      body: { error: 'no_such_subteam', detail: expect.stringContaining('looks like S0123456789') },
    })
    const { status, body } = await call('POST', '/v1/groups', wanted)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ask_error: null,
      accounts: [{ user_id: ANA, person_id: null, name: null }],
    })

    slack.setUserGroup({ id: 'S0PAYMENTS', handle: 'payments', users: [BEN] })
    server.clock.advance(5 * MINUTE)
    await eventually(async () => (await payments()).accounts[0]?.user_id === BEN)
  })

  test('a refusal of Slack’s is told, what it said before stays for ten minutes, and a limit is kept', async () => {
    const before = await payments()
    const { slack } = server.running
    slack.failNext({ method: 'usergroups.users.list', status: 429, retryAfterSeconds: 90 })
    const asked = questions()
    server.clock.advance(5 * MINUTE)
    await eventually(async () => (await payments()).ask_error === 'throttled')
    expect(await payments()).toMatchObject({ answered_at: before.answered_at, accounts: before.accounts })
    expect(questions()).toBe(asked + 1)
    server.clock.advance(90_000)
    await eventually(async () => (await payments()).ask_error === null)
    expect(questions()).toBe(asked + 2)
  })

  test('a destination without a bot has nobody to ask', async () => {
    const webhook_url = server.running.slack.webhookUrl('C0APPROVALS')
    const destination_id = await server.running.destination({ config: { webhook_url } })
    const wanted = { name: 'other', kind: 'external', destination_id, external_id: 'S0PAYMENTS' }
    expect(await call('POST', '/v1/groups', wanted)).toMatchObject({
      status: 502,
      body: { error: 'no_bot_token', detail: expect.stringContaining('name one that has') },
    })
  })
})
