// Shows that a destination in Slack is configured in one of two ways, whole, and that every mistake has a sentence.

import { describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'
import type { SlackEnvironment } from '../../src/platforms/slack/config.ts'
import { slack } from '../../src/platforms/slack/slack.ts'
import { tokenRefusal } from '../../src/platforms/slack/token-refusal.ts'

const egress = createEgress({ allowCidrs: [], allowHttp: false })
const SLACK: SlackEnvironment = {
  signingSecret: undefined,
  botToken: undefined,
  apiUrl: 'https://slack.com/api/',
}
const STAND_IN = { ...SLACK, apiUrl: 'http://127.0.0.1:1/sandbox/slack/api/' }

const WEBHOOK = 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'
const BOT = { bot_token: 'xoxb-1', channel_id: 'C0123456789' }

const kindIn = (env: SlackEnvironment) => slack({ ...env, egress, timeoutMs: 10_000 })
const parsed = (config: unknown, env = SLACK) => kindIn(env).config.parse(config)
const refusal = (config: unknown, env = SLACK) =>
  kindIn(env).config.safeParse(config).error?.issues[0]?.message

const INCOMPLETE = 'Slack channels require either bot_token + channel_id or webhook_url'
const BOTH = 'Slack channels take either bot_token + channel_id or webhook_url, not both'

describe('takes', () => {
  test.each([BOT, { ...BOT, signing_secret: 'a signing secret' }, { webhook_url: WEBHOOK }])(
    '%j',
    (config) => {
      expect(parsed(config)).toEqual(config)
    },
  )

  test('a webhook with the secret of its app, and one where the environment has a token', () => {
    const config = { webhook_url: WEBHOOK, signing_secret: 'a signing secret' }
    expect(parsed(config)).toEqual(config)
    expect(parsed(config, { ...SLACK, botToken: 'xoxb-2' })).toEqual(config)
  })

  test('a channel without a token where the environment has one', () => {
    const { channel_id } = BOT
    expect(parsed({ channel_id }, { ...SLACK, botToken: 'xoxb-2' })).toEqual({ channel_id })
  })

  test('the webhook of what stands in for Slack, beside its API', () => {
    const webhook_url = 'http://127.0.0.1:1/sandbox/slack/services/T0SANDBOX0/B0WEBHOOK0/abc'
    expect(parsed({ webhook_url }, STAND_IN)).toEqual({ webhook_url })
    expect(refusal({ webhook_url })).toBeDefined()
  })
})

describe('refuses', () => {
  test.each([
    {},
    { bot_token: 'xoxb-1' },
    { channel_id: 'C0123456789' },
    { signing_secret: 'a signing secret' },
    { bot_token: 'xoxb-1', signing_secret: 'a signing secret' },
  ])('half of a way: %j', (config) => {
    expect(refusal(config)).toBe(INCOMPLETE)
  })

  test.each([
    { ...BOT, webhook_url: WEBHOOK },
    { channel_id: 'C0123456789', webhook_url: WEBHOOK },
    { bot_token: 'xoxb-1', webhook_url: WEBHOOK },
  ])('both ways at once: %j', (config) => {
    expect(refusal(config)).toBe(BOTH)
    expect(refusal(config, { ...SLACK, botToken: 'xoxb-2' })).toBe(BOTH)
  })

  test.each([
    '',
    'https://hooks.slack.com/',
    WEBHOOK.replace('https:', 'http:'),
    WEBHOOK.replace('hooks.slack.com', 'slack.com'),
    WEBHOOK.replace('hooks.slack.com', 'hooks.slack.com.evil.example'),
    WEBHOOK.replace('hooks.slack.com', 'hooks.slack.com@evil.example'),
    WEBHOOK.replace('hooks.slack.com', 'user:password@hooks.slack.com'),
    WEBHOOK.replace('hooks.slack.com', 'hooks.slack.com:444'),
    WEBHOOK.replace('hooks.slack.com', 'evil.example'),
    WEBHOOK.replace('/services/', '/workflows/'),
    WEBHOOK.replace('/services/', '/triggers/'),
    WEBHOOK.replace('/T00000000/', '/E00000000/'),
    WEBHOOK.replace('/services/', '/services/../services/'),
    WEBHOOK.replace('/T0', '/X0'),
    WEBHOOK.replace('/B0', '/X0'),
    WEBHOOK.replace('/B00000000', ''),
    `${WEBHOOK}/`,
    `${WEBHOOK}/x`,
    `${WEBHOOK}?x=1`,
    `${WEBHOOK}#x`,
    `${WEBHOOK}\n`,
    ` ${WEBHOOK}`,
    `${WEBHOOK}%0a`,
  ])('what is no webhook of Slack’s: %j', (webhook_url) => {
    const sentence = 'a Slack webhook URL looks like https://hooks.slack.com/services/T…/B…/…'
    expect(refusal({ webhook_url })).toContain(sentence)
    expect(refusal({ webhook_url }, STAND_IN)).toContain(sentence)
  })

  const TAKE = 'take the Bot User OAuth Token (xoxb-…) from OAuth & Permissions'
  test.each([
    ['xoxb-…', `is a placeholder; ${TAKE}`],
    ['xoxb-...', `is a placeholder; ${TAKE}`],
    ['xoxb-<your token>', `is a placeholder; ${TAKE}`],
    ['xoxp-1-2-3', `is a user token; ${TAKE}`],
    ['xapp-1-A0-2-c', `is an app-level token; ${TAKE}`],
    ['xoxe.xoxb-1-abc', 'is a token that expires, of an app that rotates its tokens'],
    ['xoxe.xoxp-1-abc', 'is a token that expires, of an app that rotates its tokens'],
    ['xoxe-1-abc', 'is a refresh token, of an app that rotates its tokens'],
    [WEBHOOK, 'is a webhook; give it as webhook_url'],
    ['8f742231b10e8888abcd99edabcd85a5', `is a signing secret; ${TAKE}`],
    ['xoxa-2-abc', 'must be a bot token; it begins with xoxb-'],
    ['xoxb-1 2', 'must be a bot token; it begins with xoxb-'],
    ['xoxb-1\n', 'must be a bot token; it begins with xoxb-'],
  ])('%j in the place of a bot token, and says what to take', (bot_token, sentence) => {
    expect(refusal({ ...BOT, bot_token })).toContain(sentence)
  })

  test.each(['xoxb-1', 'xapp-1', WEBHOOK, '…', 'abc...'])(
    '%j in the place of a signing secret',
    (signing_secret) => {
      const sentence = 'is no signing secret; copy it from the app’s Basic Information'
      expect(refusal({ ...BOT, signing_secret })).toBe(sentence)
      expect(refusal({ webhook_url: WEBHOOK, signing_secret })).toBe(sentence)
    },
  )

  test('an empty secret, by which nothing could be signed', () => {
    expect(refusal({ webhook_url: WEBHOOK, signing_secret: '' })).toBeDefined()
  })
})

test('a token that may not post is refused, where Slack says what it may', async () => {
  const workspace = { teamId: 'T0', enterpriseId: null }
  const refusalWith = (scopes: string[] | undefined) =>
    tokenRefusal({ ask: async () => ({ workspace, scopes }) }, 'xoxb-1')
  expect(await refusalWith(['users:read'])).toContain('This token has not the scope chat:write')
  expect(await refusalWith(['users:read', 'chat:write'])).toBeUndefined()
  expect(await refusalWith(undefined)).toBeUndefined()
})

test('the webhook and the secret of its app are sealed', () => {
  expect(kindIn(SLACK).secrets).toEqual(['bot_token', 'signing_secret', 'webhook_url'])
})
