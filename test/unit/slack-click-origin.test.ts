// Shows which destinations a command from a workspace of Slack may ask about, and with whose token its asker is named.

import { expect, test } from 'vitest'
import { createClickOrigins } from '../../src/platforms/slack/click-origin.ts'
import type { SlackConfig } from '../../src/platforms/slack/config.ts'
import { silent } from '../fakes/office.ts'

const ENV = { signingSecret: 'ours', botToken: undefined, apiUrl: 'https://slack.com/api/' }
const OURS = { team: { id: 'T1' } }
const place = (id: string, config: SlackConfig) => ({ id, name: id, config, includeDetails: true })
const bot = (id: string, bot_token: string, more = {}) => place(id, { bot_token, channel_id: 'C1', ...more })

function origins(on: ReturnType<typeof place>[], off: ReturnType<typeof place>[]) {
  const ports = { destinations: async () => on, offDestinations: async () => off, log: silent }
  const workspaceOf = async (token: string) => {
    if (token === 'xoxb-lost') throw new Error('invalid_auth')
    return { teamId: token === 'xoxb-other' ? 'T2' : 'T1', enterpriseId: null }
  }
  return createClickOrigins(ENV, ports, workspaceOf, async () => {
    throw new Error('nobody clicks')
  })
}

test('all of the signing app in its workspace, those that are off too, but nothing is asked with their tokens', async () => {
  const found = await origins(
    [
      bot('on', 'xoxb-new'),
      bot('elsewhere', 'xoxb-other'),
      bot('theirs', 'xoxb-new', { signing_secret: 's' }),
    ],
    [bot('off', 'xoxb-revoked'), bot('lost', 'xoxb-lost'), bot('far', 'xoxb-other')],
  ).findWorkspace(OURS, ['ours'], { channelId: 'C1' })
  expect(found).toMatchObject({ token: 'xoxb-new', workspaceIds: ['on', 'off'] })
  expect(found?.here.map(({ id }) => id)).toEqual(['on'])
})

test('a workspace where nothing is on is still known, and nothing stands in its channels', async () => {
  const found = await origins([], [bot('off', 'xoxb-new')]).findWorkspace(OURS, ['ours'], { channelId: 'C1' })
  expect(found).toMatchObject({ here: [], workspaceIds: ['off'] })
})
