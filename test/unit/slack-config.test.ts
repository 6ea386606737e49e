// Shows that a destination in Slack is configured in one of two ways, whole, and that every mistake has a sentence.

import { describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'
import type { SlackEnvironment } from '../../src/platforms/slack/config.ts'
import { slack } from '../../src/platforms/slack/slack.ts'

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
  test.each([BOT, { ...BOT, signing_secret: 's' }, { webhook_url: WEBHOOK }])('%j', (config) => {
    expect(parsed(config)).toEqual(config)
  })

  test('a webhook with the secret of its app, and one where the environment has a token', () => {
    const config = { webhook_url: WEBHOOK, signing_secret: 's' }
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
    { signing_secret: 's' },
    { bot_token: 'xoxb-1', signing_secret: 's' },
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

  test('an empty secret, by which nothing could be signed', () => {
    expect(refusal({ webhook_url: WEBHOOK, signing_secret: '' })).toBeDefined()
  })
})

test('the webhook and the secret of its app are sealed', () => {
  expect(kindIn(SLACK).secrets).toEqual(['bot_token', 'signing_secret', 'webhook_url'])
})
