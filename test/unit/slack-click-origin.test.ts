// Shows from which workspace of Slack a request comes, and of which destinations it may ask.

import { describe, expect, test } from 'vitest'
import { accountPrincipal } from '../../src/identity/principal.ts'
import type { Destination } from '../../src/platforms/platform.ts'
import { createClickOrigins, type SentFrom } from '../../src/platforms/slack/click-origin.ts'
import type { SlackConfig } from '../../src/platforms/slack/config.ts'
import { tenantOf, type Workspace } from '../../src/platforms/slack/workspace.ts'
import { silent } from '../fakes/office.ts'

const SECRET = 'the secret of the app'
const TEAM = 'T0SANDBOX0'
const ENTERPRISE = 'E0ALLOFUS0'

const alone: Workspace = { teamId: TEAM, enterpriseId: null }
const inEnterprise: Workspace = { teamId: TEAM, enterpriseId: ENTERPRISE }

const PLACE = { id: 'dst_1', name: 'Approvals', config: { channel_id: 'C01' }, includeDetails: true }

function originsIn(
  workspaceOf: (token: string) => Promise<Workspace>,
  ...destinations: Destination<SlackConfig>[]
) {
  const env = { signingSecret: SECRET, botToken: 'xoxb-one', apiUrl: 'https://slack.com/api/' }
  const nobody = accountPrincipal({ platform: 'slack', tenant: '', userId: '', name: '' }, 'unknown')
  const ports = { knownDestinations: async () => destinations, log: silent }
  return createClickOrigins(env, ports, workspaceOf, async () => nobody)
}

const originOf = (workspace: Workspace, sentFrom: SentFrom) =>
  originsIn(async () => workspace, PLACE).find(sentFrom, [SECRET], { channelId: 'C01' })

const fromEnterprise = { enterprise: { id: ENTERPRISE } }

test.each<[string, Workspace, SentFrom, string]>([
  ['the team of a workspace alone', alone, { team: { id: TEAM }, enterprise: null }, TEAM],
  [
    'another team of our enterprise',
    inEnterprise,
    { team: { id: 'T0SISTER' }, ...fromEnterprise },
    ENTERPRISE,
  ],
  ['our enterprise without a team', inEnterprise, { team: null, ...fromEnterprise }, ENTERPRISE],
])('a request from %s is taken', async (_where, workspace, sentFrom, tenant) => {
  const origin = await originOf(workspace, sentFrom)
  expect(origin && tenantOf(origin.workspace)).toBe(tenant)
})

test.each<[string, Workspace, SentFrom]>([
  ['another team', alone, { team: { id: 'T0ELSEWHERE' } }],
  ['an enterprise by the id of our team', alone, { team: null, enterprise: { id: TEAM } }],
  ['our team, and an enterprise by its id', alone, { team: { id: TEAM }, enterprise: { id: TEAM } }],
  ['our team in an unknown enterprise', alone, { team: { id: TEAM }, ...fromEnterprise }],
  ['nowhere', alone, { team: null }],
  ['our team without its enterprise', inEnterprise, { team: { id: TEAM }, enterprise: null }],
  ['a team by the id of our enterprise', inEnterprise, { team: { id: ENTERPRISE } }],
  ['our team in another enterprise', inEnterprise, { team: { id: TEAM }, enterprise: { id: 'E0ELSEWHERE' } }],
])('a request from %s is refused', async (_where, workspace, sentFrom) => {
  expect(await originOf(workspace, sentFrom)).toBeUndefined()
})

test('Slack is not asked about a place that is off when somebody presses elsewhere', async () => {
  const asked: string[] = []
  const workspaceOf = async () => {
    asked.push('once')
    return alone
  }
  const origins = originsIn(workspaceOf, { ...PLACE, state: 'off' })
  expect(await origins.find({ team: { id: TEAM } }, [SECRET], { channelId: 'C02' })).toBeUndefined()
  expect(asked).toEqual([])
  expect(await origins.find({ team: { id: TEAM } }, [SECRET], { channelId: 'C01' })).toBeDefined()
})

describe('a question', () => {
  const place = (id: string, config: SlackConfig, more = {}) => ({ ...PLACE, id, config, ...more })
  const bot = (id: string, bot_token: string, more = {}) => place(id, { bot_token, channel_id: 'C01' }, more)
  const off = { state: 'off' } as const
  const workspaceOf = async (token: string) => {
    if (token === 'xoxb-lost') throw new Error('invalid_auth')
    return { teamId: token === 'xoxb-other' ? 'T0ELSEWHERE' : TEAM, enterpriseId: null }
  }
  const ask = (...destinations: Destination<SlackConfig>[]) =>
    originsIn(workspaceOf, ...destinations).findWorkspace({ team: { id: TEAM } }, [SECRET], {
      channelId: 'C01',
    })

  test('is about all of the signing app in its workspace, also what is off, whose token is not used', async () => {
    const found = await ask(
      bot('off', 'xoxb-revoked', off),
      bot('on', 'xoxb-new'),
      bot('elsewhere', 'xoxb-other'),
      place('theirs', { bot_token: 'xoxb-new', channel_id: 'C01', signing_secret: 's' }),
      bot('lost', 'xoxb-lost', off),
      bot('removed', 'xoxb-new', { state: 'removed' }),
    )
    expect(found).toMatchObject({ token: 'xoxb-new', workspaceIds: ['on', 'off'] })
    expect(found?.here.map(({ id }) => id)).toEqual(['on'])
  })

  test('is known where nothing is on any more, and nothing stands in the channel', async () => {
    expect(await ask(bot('off', 'xoxb-new', off))).toMatchObject({ here: [], workspaceIds: ['off'] })
  })
})
