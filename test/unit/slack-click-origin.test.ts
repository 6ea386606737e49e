// Shows from which workspace of Slack a request comes, and of which destinations it may ask.

import { describe, expect, test } from 'vitest'
import { accountPrincipal } from '../../src/identity/principal.ts'
import type { Destination, PlatformPorts } from '../../src/platforms/platform.ts'
import { createClickOrigins, type SentFrom } from '../../src/platforms/slack/click-origin.ts'
import type { SlackConfig } from '../../src/platforms/slack/config.ts'
import { tenantOf, type Workspace, type Workspaces, workspaces } from '../../src/platforms/slack/workspace.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { silent } from '../fakes/office.ts'

const SECRET = 'the secret of the app'
const TEAM = 'T0SANDBOX0'
const ENTERPRISE = 'E0ALLOFUS0'

const alone: Workspace = { teamId: TEAM, enterpriseId: null }
const inEnterprise: Workspace = { teamId: TEAM, enterpriseId: ENTERPRISE }

const PLACE = { id: 'dst_1', name: 'Approvals', config: { channel_id: 'C01' }, includeDetails: true }

function originsIn(find: (token: string) => Promise<Workspace>, ...destinations: Destination<SlackConfig>[]) {
  return originsAmong({ find, findAnew: find }, ...destinations)
}

function originsAmong(
  known: Pick<Workspaces, 'find' | 'findAnew'>,
  ...destinations: Destination<SlackConfig>[]
) {
  const env = { signingSecret: SECRET, botToken: 'xoxb-one', apiUrl: 'https://slack.com/api/' }
  const nobody = accountPrincipal({ platform: 'slack', tenant: '', userId: '', name: '' }, 'unknown')
  const ports = { knownDestinations: async () => destinations, log: silent }
  return createClickOrigins(env, ports, known, async () => nobody)
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

describe('Slack is asked anew', () => {
  const places = [PLACE, { ...PLACE, id: 'dst_2' }]
  /** What is known first and what Slack says then; resolves with how often it was asked, and the tenant. */
  async function askedBy(sentFrom: SentFrom, known: Workspace, now: Workspace) {
    let asked = 0
    const findAnew = async () => {
      asked += 1
      return now
    }
    const origins = originsAmong({ find: async () => known, findAnew }, ...places)
    const [found, forCommand] = [
      await origins.find(sentFrom, [SECRET], { channelId: 'C01' }),
      await origins.findWorkspace(sentFrom, [SECRET], { channelId: 'C01' }),
    ]
    expect(forCommand?.workspace).toEqual(found?.workspace)
    return [asked > 0, found && tenantOf(found.workspace)]
  }
  const ours = { team: { id: TEAM }, ...fromEnterprise }

  test('where our team names an enterprise that was not known, and it is believed alone', async () => {
    expect(await askedBy(ours, alone, inEnterprise)).toEqual([true, ENTERPRISE])
    expect(await askedBy(ours, alone, { ...alone, enterpriseId: 'E0ANOTHER' })).toEqual([true, undefined])
    expect(await askedBy(ours, alone, alone)).toEqual([true, undefined])
    expect(await askedBy(ours, { ...alone, enterpriseId: 'E0FORMER' }, inEnterprise)).toEqual([
      true,
      ENTERPRISE,
    ])
  })

  test('where our team names none any more, and it is believed alone', async () => {
    const left = { team: { id: TEAM }, enterprise: null }
    expect(await askedBy(left, inEnterprise, alone)).toEqual([true, TEAM])
    expect(await askedBy(left, inEnterprise, inEnterprise)).toEqual([true, undefined])
  })

  test.each<[string, SentFrom, Workspace]>([
    ['is known already', ours, inEnterprise],
    ['is none', { team: { id: TEAM }, enterprise: null }, alone],
    ['is named by another team', { team: { id: 'T0ELSEWHERE' }, ...fromEnterprise }, alone],
    ['is named by no team', { team: null, ...fromEnterprise }, alone],
  ])('not where the enterprise %s', async (_which, sentFrom, known) => {
    expect(await askedBy(sentFrom, known, inEnterprise)).toEqual([
      false,
      known === inEnterprise ? ENTERPRISE : sentFrom.enterprise ? undefined : TEAM,
    ])
  })
})

test('a press asks anew at once where what Slack said could not be kept, and otherwise not', async () => {
  let [asked, kept] = [0, 0]
  const renameTenant = async () => {
    kept += 1
    if (kept === 1) throw new Error('the database is away')
  }
  const test = async () => {
    asked += 1
    return { team_id: TEAM, enterprise_id: ENTERPRISE }
  }
  const ports = { clock: manualClock(), renameTenant, state: {} } as unknown as PlatformPorts
  const { findAnew } = workspaces(ports, () => ({ auth: { test } }) as never)
  await expect(findAnew('xoxb-one')).rejects.toThrow('away')
  for (let press = 0; press < 3; press++) expect(await findAnew('xoxb-one')).toEqual(inEnterprise)
  expect(asked).toBe(2)
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

const place = (id: string, config: SlackConfig, more = {}) => ({ ...PLACE, id, config, ...more })
const bot = (id: string, bot_token: string, more = {}) => place(id, { bot_token, channel_id: 'C01' }, more)
const off = { state: 'off' } as const
const removed = { state: 'removed' } as const
const workspaceOf = async (token: string) => {
  if (token === 'xoxb-lost') throw new Error('invalid_auth')
  return { teamId: token === 'xoxb-other' ? 'T0ELSEWHERE' : TEAM, enterpriseId: null }
}

describe('a press', () => {
  const webhook = { webhook_url: `https://hooks.slack.com/services/${TEAM}/B01/x`, signing_secret: SECRET }
  const press = async (destinationId: string | undefined, ...destinations: Destination<SlackConfig>[]) => {
    const spot = { channelId: 'C01', destinationId }
    const found = await originsIn(workspaceOf, ...destinations).find({ team: { id: TEAM } }, [SECRET], spot)
    return { token: found?.token, here: found?.here.map(({ id }) => id) }
  }

  test.each([off, removed])(
    'in the channel of one that is $state is asked about by a token in use',
    async (state) => {
      const found = await press(undefined, bot('old', 'xoxb-revoked', state), bot('new', 'xoxb-new'))
      expect(found).toEqual({ token: 'xoxb-new', here: ['new', 'old'] })
      const alone = await press(undefined, bot('old', 'xoxb-revoked', state))
      expect(alone).toEqual({ token: 'xoxb-revoked', here: ['old'] })
    },
  )

  test.each([{}, off, removed])(
    'on a card by webhook is of its destination alone, on or not: %j',
    async (state) => {
      const found = await press('hook', bot('bot', 'xoxb-new'), place('hook', webhook, state))
      expect(found).toEqual({ token: 'xoxb-new', here: ['hook'] })
    },
  )

  test('on a card by webhook whose destination was forgotten is of none', async () => {
    expect(await press('gone', bot('bot', 'xoxb-new'))).toEqual({ token: 'xoxb-new', here: [] })
  })
})

describe('a question', () => {
  const ask = (...destinations: Destination<SlackConfig>[]) =>
    originsIn(workspaceOf, ...destinations).findWorkspace({ team: { id: TEAM } }, [SECRET], {
      channelId: 'C01',
    })

  test('is about all of the signing app in its workspace, also what is off, whose token is not used', async () => {
    const found = await ask(
      bot('off', 'xoxb-revoked', off),
      bot('on', 'xoxb-new'),
      bot('elsewhere', 'xoxb-other'),
      place('theirs', { bot_token: 'xoxb-new', channel_id: 'C01', signing_secret: 'a signing secret' }),
      bot('lost', 'xoxb-lost', off),
      bot('removed', 'xoxb-new', removed),
    )
    expect(found).toMatchObject({ token: 'xoxb-new', workspaceIds: ['on', 'off'] })
    expect(found?.here.map(({ id }) => id)).toEqual(['on'])
  })

  test('is known where nothing is on any more, and nothing stands in the channel', async () => {
    expect(await ask(bot('off', 'xoxb-new', off))).toMatchObject({ here: [], workspaceIds: ['off'] })
  })

  describe('in an enterprise', () => {
    const teams: Record<string, string> = {
      'xoxb-one': TEAM,
      'xoxb-sister': 'T0SISTER',
      'xoxb-all': ENTERPRISE,
    }
    const askIn = async (teamId: string, channelId: string, ...destinations: Destination<SlackConfig>[]) => {
      const inTeam = async (token: string) => ({ teamId: teams[token] as string, enterpriseId: ENTERPRISE })
      const sentFrom = { team: { id: teamId }, ...fromEnterprise }
      const found = await originsIn(inTeam, ...destinations).findWorkspace(sentFrom, [SECRET], { channelId })
      return found && [found.workspaceIds, found.here.map(({ id }) => id)]
    }
    const mine = bot('mine', 'xoxb-one')
    const sister = place('sister', { bot_token: 'xoxb-sister', channel_id: 'C02' })

    test('is about the team where it was asked, and what stands in the channel', async () => {
      expect(await askIn(TEAM, 'C03', mine, sister)).toEqual([['mine'], []])
      expect(await askIn('T0SISTER', 'C03', mine, sister)).toEqual([['sister'], []])
      expect(await askIn(TEAM, 'C02', mine, sister)).toEqual([['mine'], ['sister']])
    })

    test('is not known to a team that has none', async () => {
      expect(await askIn('T0THIRD', 'C03', mine, sister)).toBeUndefined()
      expect(await askIn('T0THIRD', 'C02', mine, sister)).toEqual([[], ['sister']])
    })

    test('is about what a token of the whole enterprise posts, in each team', async () => {
      expect(await askIn('T0THIRD', 'C03', mine, bot('all', 'xoxb-all'))).toEqual([['all'], []])
    })
  })
})
