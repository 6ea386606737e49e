// Makes the API keys and the destinations of a fixture: of each kind one, and some that are no more.

import { CHANNEL } from '../fakes/countersign.ts'
import { ROUTING_KEY } from '../fakes/pagerduty-server.ts'
import { BOT_TOKEN } from '../fakes/slack-server.ts'
import { TELEGRAM_TOKEN } from '../fakes/telegram-server.ts'
import type { DestinationName, FixtureRecord, KeyName } from './fixture.ts'
import { SETTINGS, type Surroundings } from './surroundings.ts'

export const SECOND_CHANNEL = 'C0SECURITY'
export const CHAT = 720000001
const NIGHT = { quiet_hours_start: '22:00', quiet_hours_end: '07:00', timezone: 'Europe/Berlin' }

type Json = Record<string, unknown>

/** Ana has the address of her account in Slack, and is another person there. */
export async function makeKeys({ call }: Surroundings): Promise<Record<KeyName, string>> {
  const make = (name: string, roles: string[], more: Json = {}) =>
    call<{ id: string; key: string }>('POST', '/v1/api-keys', { name, roles, ...more })
  const reviewer = (name: string, email: string) =>
    make(`key of ${name}`, ['reviewer'], { person: { name, email } })

  const agent = await make('refund agent', ['agent'])
  const boundAgent = await make('mail agent', ['agent'], { agent_id: 'mail-agent' })
  const ana = await reviewer('Ana Ruiz', 'ana.ruiz@example.com')
  const cleo = await reviewer('Cleo Müller-Østergård', 'cleo@example.com')
  const admin = await make('operations', ['admin', 'auditor'])
  const auditor = await make('audit', ['auditor'])
  const beforeRotation = await make('rotated agent', ['agent'])
  const rotated = await call<{ key: string }>('POST', `/v1/api-keys/${beforeRotation.id}/rotate`)
  const revoked = await make('revoked agent', ['agent'])
  const revokedReviewer = await reviewer('Dora Fell', 'dora@example.com')
  for (const { id } of [revoked, revokedReviewer]) await call('DELETE', `/v1/api-keys/${id}`)
  return {
    agent: agent.key,
    boundAgent: boundAgent.key,
    ana: ana.key,
    cleo: cleo.key,
    admin: admin.key,
    auditor: auditor.key,
    beforeRotation: beforeRotation.key,
    rotated: rotated.key,
    revoked: revoked.key,
    revokedReviewer: revokedReviewer.key,
  }
}

type Configured = Pick<FixtureRecord, 'destinations' | 'webhookSecret'>

export async function configure({ call, running, discord, receiver }: Surroundings): Promise<Configured> {
  const ids: Partial<FixtureRecord['destinations']> = {}
  async function add(as: DestinationName, channel_type: string, config: Json, more: Json) {
    const wanted = { channel_type, name: `The place of ${as}`, config, ...more }
    const made = await call<{ id: string; config: Json }>('POST', SETTINGS, wanted)
    ids[as] = made.id
    return made
  }
  const inSlack = (channel_id: string) => ({ bot_token: BOT_TOKEN, channel_id })

  await add('approvals', 'slack', inSlack(CHANNEL), {
    events: ['approval.*'],
    tools: ['payments.*', 'mail.*'],
    settings: { mention_on_critical: true },
  })
  await add('security', 'slack', inSlack(SECOND_CHANNEL), {
    events: ['policy.*', 'budget.*', 'jailbreak.detected', 'destination.*'],
    min_severity: 'medium',
    settings: { include_details: false, rate_per_minute: 600, digest_after: 10, ...NIGHT },
  })
  await add('archive', 'slack', inSlack(SECOND_CHANNEL), { events: ['approval.*'], tools: ['archive.*'] })
  ids.operations = await running.teamsDestination({ events: ['approval.*'], tools: ['ops.*'] })
  await add('discord', 'discord', { webhook_url: discord.webhookUrl() }, { tools: ['payments.*'] })
  await add(
    'telegram',
    'telegram',
    { bot_token: TELEGRAM_TOKEN, chat_id: String(CHAT) },
    {
      events: ['incident'],
      agents: ['refund-agent'],
    },
  )
  await add('onCall', 'pagerduty', { routing_key: ROUTING_KEY }, { events: ['incident'] })
  const webhook = await add(
    'webhook',
    'webhook',
    { url: receiver.url('/in'), headers: { 'X-Key': 'hush' } },
    {},
  )
  await add('siem', 'siem', { url: receiver.url('/siem'), format: 'ocsf' }, { retry_policy: 'prompt' })
  await call('PATCH', `${SETTINGS}/${ids.siem}`, { enabled: false })
  return {
    destinations: ids as FixtureRecord['destinations'],
    webhookSecret: String(webhook.config.secret),
  }
}
