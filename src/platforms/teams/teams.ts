// Declares Teams as a platform: what a destination needs, and the two ways to it.

import { sha256Hex } from '../../kit/canonical-json.ts'
import {
  type Destination,
  type Inbound,
  type Pace,
  type Platform,
  type PlatformKind,
  type PlatformPorts,
  RECIPIENT_UNKNOWN,
  Undeliverable,
} from '../platform.ts'
import type { Outgoing } from '../reach.ts'
import {
  type BotEnvironment,
  type ConversationConfig,
  type TeamsConfig,
  type TeamsEnvironment,
  teamsConfig,
  type WorkflowsEnvironment,
} from './config.ts'
import { ENDPOINTS } from './endpoints.ts'
import type { Bot } from './platform.ts'

/** Workflows takes about four messages a second. */
const PACE = { perSecond: 3.6 }

/** `env` undefined: no app is connected, and of this kind only webhooks are taken. */
export function teams(
  env: TeamsEnvironment | undefined,
  workflows: WorkflowsEnvironment & Outgoing,
): PlatformKind<TeamsConfig> {
  return {
    name: 'teams',
    config: teamsConfig(env, workflows),
    secrets: ['webhook_url'],
    retryPolicy: 'prompt',
    audience: 'people',
    tells: env !== undefined,
    keepsExcerpts: true,
    // Of a bot, each conversation names its own.
    host: ({ webhook_url }) => (webhook_url === undefined ? undefined : URL.parse(webhook_url)?.host),
    pace,
    inbound: env ? INBOUND : [],
    create: (ports) => createBothWays(env, workflows, ports),
  }
}

const problems = { 401: ['invalid_token'], 403: ['tenant_not_allowed'], 503: ['keys_unavailable'] }

const INBOUND: Inbound[] = [
  {
    id: 'teamsActivity',
    path: ENDPOINTS.interactions,
    summary: 'A card was pressed, or somebody wrote to the bot',
    problems,
  },
  {
    id: 'teamsMessage',
    path: ENDPOINTS.alias,
    summary: "The same, where Microsoft's tools expect a bot",
    problems,
  },
]

function pace({ webhook_url }: TeamsConfig): Pace[] {
  // Of a bot, Teams itself says when it is too much.
  return webhook_url === undefined ? [] : [{ bucket: `teams:${sha256Hex(webhook_url)}`, ...PACE }]
}

async function createBothWays(
  env: TeamsEnvironment | undefined,
  outgoing: Outgoing,
  ports: PlatformPorts<TeamsConfig>,
): Promise<Platform<TeamsConfig>> {
  const bot = env ? await createBot({ ...env, timeoutMs: outgoing.timeoutMs }, ports) : NOT_CONNECTED
  // Not even the cards are loaded before one is sent.
  const byWebhook = async () => (await import('./workflow.ts')).createWorkflows(outgoing, ports.clock)

  return {
    ...bot,
    check: async (config) => (config.webhook_url === undefined ? bot.check?.(config) : undefined),

    async post(message, { config, ...place }) {
      if (config.webhook_url === undefined) return bot.post(message, { ...place, config })
      return (await byWebhook()).post(message, { ...place, config })
    },

    async digest(digest, { config, ...place }) {
      if (config.webhook_url === undefined) return bot.digest(digest, { ...place, config })
      return (await byWebhook()).digest(digest, { ...place, config })
    },

    async tell(message, contact, { config, ...place }) {
      if (config.webhook_url === undefined) return bot.tell(message, contact, { ...place, config })
      throw new Undeliverable('message', RECIPIENT_UNKNOWN)
    },

    async redraw(handle, message, { config, ...place }) {
      if (config.webhook_url === undefined) return bot.redraw(handle, message, { ...place, config })
      // The bot posted it, before this was the destination of a webhook.
      throw new Undeliverable('message', 'posted_by_bot')
    },
  }
}

/** The Bot Framework is large: whoever has no app in Teams shall not pay for it. */
async function createBot(env: BotEnvironment, ports: PlatformPorts<TeamsConfig>): Promise<Bot> {
  const { createTeams } = await import('./platform.ts')
  return createTeams(env, {
    ...ports,
    destinations: async () => conversationsIn(await ports.destinations()),
    knownDestinations: async () => conversationsIn(await ports.knownDestinations()),
  })
}

function conversationsIn(destinations: Destination<TeamsConfig>[]): Destination<ConversationConfig>[] {
  return destinations.flatMap(({ config, ...place }) =>
    config.webhook_url === undefined ? [{ ...place, config }] : [],
  )
}

/** For destinations from the time when an app was connected. */
const NOT_CONNECTED: Bot = {
  post: notConnected,
  digest: notConnected,
  redraw: notConnected,
  tell: notConnected,
}

async function notConnected(): Promise<never> {
  throw new Undeliverable('destination', 'app_not_configured')
}
