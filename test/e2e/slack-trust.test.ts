// Shows that in Slack only members' clicks count, and each secret, workspace and channel only for its own cards.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { User } from '../../src/sandbox/slack/workspace.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { recorded, remembered, select } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'
import { ANA, BEN, clickOf, type Press, payload, postToSlackEndpoint, TEAM } from '../fakes/slack-requests.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'

const SECOND = 'C0SECURITY'
const OWN_SECRET = 'the secret of another app'
const NOT_A_REVIEWER = ':warning: You are not a reviewer of this approval request'
const OUTSIDE = ':warning: Only members of the workspace that was asked may decide'

describe.each(databases)('on $name', ({ create }) => {
  const server = sharedServer(create)

  beforeAll(async () => {
    await server.running.destination({ min_severity: 'medium' })
    await server.running.destination({
      name: 'Another app',
      config: { bot_token: BOT_TOKEN, channel_id: SECOND, signing_secret: OWN_SECRET },
    })
  })

  const cardOf = (approval: ApprovalView, channel = CHANNEL) =>
    eventually(() =>
      server.running.slack
        .messages(channel)
        .find((message) => !message.ephemeralFor && JSON.stringify(message).includes(approval.id)),
    )
  const ask = async () => {
    const { body } = await server.running.ask()
    await Promise.all([cardOf(body), cardOf(body, SECOND)])
    await remembered(server.databaseUrl, body.id, 2)
    return body
  }
  const click = async (press: Press, more: { secret?: string; differences?: object } = {}) => {
    const responseUrl = new URL('/respond/unknown', server.running.slack.apiUrl()).href
    const body = payload(clickOf({ responseUrl, ...press }, { ...more.differences }))
    return postToSlackEndpoint(server.running.url, server.clock, {
      body,
      ...(more.secret !== undefined && { secret: more.secret }),
    })
  }
  const statusOf = async ({ id }: ApprovalView) =>
    (await server.running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body.status
  const told = () => server.running.slack.calls.filter((call) => call.method === 'response_url')

  /** Refused like everybody who is nobody here, told so alone, and nothing on record. */
  async function expectRefused(press: Press, text = NOT_A_REVIEWER, more = {}): Promise<void> {
    const before = await recorded(server.databaseUrl)
    const toldBefore = told().length
    expect((await click(press, more)).status).toBe(200)
    const [answer] = await eventually(() =>
      told().length > toldBefore ? told().slice(toldBefore) : undefined,
    )
    expect(answer?.args).toEqual({ response_type: 'ephemeral', replace_original: false, text })
    expect(await recorded(server.databaseUrl)).toEqual(before)
  }

  test("a destination with its own signing secret is not decided by the environment's", async () => {
    const asked = await ask()
    const { ts } = await cardOf(asked, SECOND)
    await expectRefused({ approvalId: asked.id, channel: SECOND, ts })
    await click({ approvalId: asked.id, channel: SECOND, ts }, { secret: OWN_SECRET })
    expect(await statusOf(asked)).toBe('approved')
  })

  test("the environment's destinations are not decided by another app's secret", async () => {
    const asked = await ask()
    const { ts } = await cardOf(asked)
    await expectRefused({ approvalId: asked.id, ts }, NOT_A_REVIEWER, { secret: OWN_SECRET })
    await click({ approvalId: asked.id, ts })
    expect(await statusOf(asked)).toBe('approved')
  })

  test('another workspace decides nothing', async () => {
    const asked = await ask()
    const { ts } = await cardOf(asked)
    const [press, enterprise] = [
      { approvalId: asked.id, ts },
      { id: 'E0ELSEWHERE', name: 'Elsewhere' },
    ]
    await expectRefused({ ...press, team: 'T0ELSEWHERE' }, OUTSIDE)
    await expectRefused(press, OUTSIDE, { differences: { enterprise } })
    await expectRefused(press, OUTSIDE, { differences: { team: null } })
  })

  test('another channel decides nothing', async () => {
    const asked = await ask()
    const { ts } = await cardOf(asked)
    await expectRefused({ approvalId: asked.id, ts, channel: 'C0ELSEWHERE' })
    await expectRefused({ approvalId: asked.id, ts, channel: SECOND })
  })

  test('a card in a channel that was never sent the approval decides nothing', async () => {
    const { body: asked } = await server.running.ask({ risk: { level: 'low' } })
    await cardOf(asked, SECOND)
    await expectRefused({ approvalId: asked.id })
    const { ts } = await cardOf(await ask())
    await expectRefused({ approvalId: asked.id, ts })
  })

  test('the card of one approval does not decide another', async () => {
    const [one, other] = [await ask(), await ask()]
    const { ts } = await cardOf(one)
    await remembered(server.databaseUrl, one.id)
    await expectRefused({ approvalId: other.id, ts })
  })

  test.each([
    ['a deleted user', 'U0GONE0000', OUTSIDE],
    ['a bot', 'U0COUNTER0', ':warning: Bots may not decide'],
    ['a guest', 'U0GUEST000', ':warning: Guests may not decide; ask a full member'],
  ])('%s decides nothing, and hears why', async (_who, user, text) => {
    const asked = await ask()
    const { ts } = await cardOf(asked)
    await expectRefused({ approvalId: asked.id, ts, user }, text)
  })

  test('somebody from another workspace in a shared channel decides nothing', async () => {
    const users = server.running.slack.workspace.users as User[]
    const ana = users.find(({ id }) => id === ANA) as User
    const stranger = { ...ana, id: 'U0CONNECT0', team_id: 'T0ELSEWHERE' }
    if (!users.some(({ id }) => id === stranger.id)) users.push(stranger)
    const asked = await ask()
    const { ts } = await cardOf(asked)
    await expectRefused({ approvalId: asked.id, ts, user: stranger.id }, OUTSIDE)
    await expectRefused(
      { approvalId: asked.id, ts, user: 'U0UNKNOWN0' },
      expect.stringContaining('could not'),
    )
  })

  test('a disabled destination decides nothing until it is enabled again', async () => {
    const id = await server.running.destination({ name: 'To be closed' })
    const { body: list } = await server.running.call<{ data: { id: string; name: string }[] }>(
      'GET',
      '/v1/settings/notifications',
    )
    const first = list.data.find(({ name }) => name === 'Approvals')?.id
    const asked = await ask()
    const { ts } = await cardOf(asked)
    const enable = (which: string | undefined, enabled: boolean) =>
      server.running.call('PATCH', `/v1/settings/notifications/${which}`, { body: { enabled } })
    await enable(id, false)
    await enable(first, false)
    await expectRefused({ approvalId: asked.id, ts }, ':warning: An admin has switched this destination off')
    // Either of them may have posted this card.
    for (const one of [id, first]) await enable(one, true)
    await click({ approvalId: asked.id, ts, user: BEN })
    expect(await statusOf(asked)).toBe('approved')
  })

  describe('once the workspace has joined an enterprise', () => {
    const GRID = { enterprise: { id: 'E0ALLOFUS0', name: 'All of us' } }
    const timesAsked = () => server.running.slack.calls.filter(({ method }) => method === 'auth.test').length
    const accounts = () =>
      select(
        server.databaseUrl,
        `select user_id, tenant, person_id from accounts where platform = 'slack' order by user_id, tenant`,
      )
    const question = (enterprise: Record<string, string>) =>
      postToSlackEndpoint(server.running.url, server.clock, {
        path: 'commands',
        body: new URLSearchParams({
          command: '/governance',
          text: 'pending',
          team_id: TEAM,
          channel_id: CHANNEL,
          user_id: ANA,
          user_name: 'ana',
          ...enterprise,
        }).toString(),
      })

    test('an enterprise that Slack does not confirm moves nobody, and Slack is asked about it once a minute', async () => {
      const asked = await ask()
      const { ts } = await cardOf(asked)
      const before = await accounts()
      server.clock.advance(60_001)
      const times = timesAsked()
      for (let press = 0; press < 5; press++) {
        const enterprise = { id: `E0WRONG${press}`, name: 'Elsewhere' }
        await expectRefused({ approvalId: asked.id, ts }, OUTSIDE, { differences: { enterprise } })
      }
      expect((await question({ enterprise_id: 'E0WRONG' })).text).toContain('not connected')
      expect(timesAsked()).toBe(times + 1)
      expect(await accounts()).toEqual(before)
    })

    test('presses at once find everybody who they were, and Slack is asked once', async () => {
      const [voted, other] = [await ask(), await ask()]
      await click({ approvalId: voted.id, ts: (await cardOf(voted)).ts })
      const before = await accounts()
      server.running.slack.joinEnterprise(GRID.enterprise.id)
      server.clock.advance(60_001)
      const times = timesAsked()
      const { ts } = await cardOf(other)
      const pressing = { approvalId: other.id, ts }
      await Promise.all([ANA, BEN].map((user) => click({ ...pressing, user }, { differences: GRID })))
      expect(await statusOf(other)).toBe('approved')
      expect(timesAsked()).toBe(times + 1)
      expect(await accounts()).toEqual(before.map((row) => ({ ...row, tenant: GRID.enterprise.id })))
      const renamings = `select id from audit where action = 'tenant.renamed'`
      expect(await select(server.databaseUrl, renamings)).toHaveLength(1)
      expect((await question({ enterprise_id: GRID.enterprise.id })).text).not.toContain('not connected')
      await expectRefused({ approvalId: (await ask()).id, ts }, OUTSIDE)
    })
  })
})
