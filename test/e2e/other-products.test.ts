// Shows that who sets up a destination in the words of another product's documentation gets what it promises there.

import { expect, test } from 'vitest'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { LETS_LOOPBACK } from '../fakes/receiver.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'
import { SIGNING_SECRET } from '../fakes/slack-server.ts'

const SETTINGS = '/v1/settings/notifications'
const SECOND = 'C0SECURITY'

interface Answer {
  id: string
  code: string
  detail: string
  notice?: string
  enabled: boolean
  errors: { path: string; message: string }[]
}

const server = sharedServer((databases[0] as (typeof databases)[number]).create, LETS_LOOPBACK)
const call = (method: string, path: string, body?: unknown) =>
  server.running.call<Answer>(method, path, body === undefined ? {} : { body })
const cardsIn = (channel: string, words: string) =>
  server.running.slack
    .messages(channel)
    .map((message) => JSON.stringify(message))
    .filter((text) => text.includes(words))
const askFor = async (level: string) => (await server.running.ask({ risk: { level } })).body as { id: string }

test('who wants REQUIRE_APPROVAL, DENY and INCIDENT from HIGH on decides those approvals on cards', async () => {
  const { status } = await call('POST', SETTINGS, {
    channel_type: 'Slack',
    name: 'interven-alerts',
    config: { webhook_url: server.running.slack.webhookUrl(CHANNEL), signing_secret: SIGNING_SECRET },
    events: ['REQUIRE_APPROVAL', 'DENY', 'INCIDENT'],
    min_severity: 'HIGH',
  })
  expect(status).toBe(201)
  const low = await askFor('MEDIUM')
  const high = await askFor('high')
  const card = await eventually(() => cardsIn(CHANNEL, high.id)[0])
  expect(card).toContain('approve_action')
  expect(card).toContain('deny_action')
  expect(cardsIn(CHANNEL, low.id)).toEqual([])
})

test('who reports REQUIRE_APPROVAL, or wants to tell of approvals, is told how to ask for one', async () => {
  const how = 'POST /v1/approvals asks people for a decision'
  const report = { type: 'REQUIRE_APPROVAL', agent: { id: 'agent-1' } }
  const { status, body } = await call('POST', '/v1/events', { events: [{ type: 'DENY' }, report] })
  expect([status, body.notice]).toEqual([201, expect.stringContaining(how)])
  expect((await call('POST', '/v1/events', { type: 'DENY' })).body).not.toHaveProperty('notice')
  const told = await call('POST', '/v1/events', { type: 'hitl.requested' })
  expect([told.status, told.body.detail]).toEqual([403, expect.stringContaining(how)])
})

test('a channel for denials hears of those alone', async () => {
  const { body: made } = await call('POST', SETTINGS, {
    channel_type: 'slack',
    name: 'Denials',
    config: { webhook_url: server.running.slack.webhookUrl(SECOND) },
    events: ['hitl.rejected'],
  })
  expect(made).toMatchObject({ events: ['approval.denied'] })
  const key = await server.running.key(reviewer('Ana Ruiz'))
  const decide = async (decision: string) => {
    const { id } = await askFor('low')
    const { status } = await server.running.call('POST', `/v1/approvals/${id}/decision`, {
      key,
      body: { decision },
    })
    expect(status).toBe(200)
    return id
  }
  const approved = await decide('APPROVE')
  const denied = await decide('deny')
  await eventually(() => cardsIn(SECOND, denied).length === 1)
  expect(cardsIn(SECOND, approved)).toEqual([])
  await call('DELETE', `${SETTINGS}/${made.id}`)
})

const INTEGRATION = {
  platform: 'slack',
  name: 'Engineering Alerts',
  slack_webhook_url: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
  slack_channel_name: '#tork-alerts',
  events: ['policy.violation', 'pii.detected', 'hitl.pending'],
  notification_settings: {
    include_details: true,
    mention_on_critical: true,
    quiet_hours_start: '22:00',
    quiet_hours_end: '08:00',
  },
  is_active: false,
}

test('an integration in the form of another product becomes a destination, and is changed in that form', async () => {
  const { status, body } = await call('POST', SETTINGS, INTEGRATION)
  expect(status).toBe(201)
  expect(body).toMatchObject({
    channel_type: 'slack',
    name: 'Engineering Alerts',
    events: ['policy.violation', 'pii.detected', 'approval.requested'],
    settings: INTEGRATION.notification_settings,
    enabled: false,
  })
  const change = { events: ['policy.violation', 'security.alert'], is_active: true }
  const changed = await call('PATCH', `${SETTINGS}/${body.id}`, change)
  expect(changed.body).toMatchObject({ events: change.events, enabled: true })
  const { slack_webhook_url, ...rest } = INTEGRATION
  const discord_webhook_url =
    'https://discord.com/api/webhooks/000000000000000000/XXXXXXXXXXXXXXXXXXXXXXXXXXXX'
  const inDiscord = await call('POST', SETTINGS, { ...rest, platform: 'Discord', discord_webhook_url })
  expect(inDiscord).toMatchObject({ status: 201, body: { channel_type: 'discord' } })
  for (const { id } of [changed.body, inDiscord.body]) await call('DELETE', `${SETTINGS}/${id}`)
})

test.each([
  [{ enabled: true }, 'is_active', 'enabled'],
  [{ channel_type: 'slack' }, 'platform', 'channel_type'],
  [{ settings: {} }, 'notification_settings', 'settings'],
  [{ config: { webhook_url: 'x' } }, 'slack_webhook_url', 'config.webhook_url'],
])('a field that comes by two names, as with %j, is refused', async (more, given, own) => {
  const { status, body } = await call('POST', SETTINGS, { ...INTEGRATION, ...more })
  expect(status).toBe(400)
  expect(body.errors).toContainEqual({
    path: given,
    message: `is another name of ${own}; send only one of them`,
  })
})

test('a test of what only happens to approvals says that its card is pending', async () => {
  const id = await server.running.destination()
  const notice = async (event?: string) =>
    (await call('POST', `${SETTINGS}/${id}/test`, { ...(event && { event }) })).body.notice
  for (const event of ['hitl.rejected', 'destination.disabled']) {
    expect(await notice(event)).toMatch(/cannot be tested by itself: what was sent is the card of a pending/)
  }
  for (const event of [undefined, 'approval_request', 'DENY']) expect(await notice(event)).toBeUndefined()
})
