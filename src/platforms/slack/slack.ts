// Connects Slack: cards by bot token or incoming webhook, clicks and commands through Bolt.

import { App } from '@slack/bolt'
import { Outage } from '../../kit/outage.ts'
import type { Destination, Platform, PlatformKind, PlatformPorts } from '../platform.ts'
import type { Outgoing } from '../reach.ts'
import { posting, redrawing } from '../render-options.ts'
import { botTransports } from './bot.ts'
import { cardOf } from './card.ts'
import { createClickOrigins } from './click-origin.ts'
import { pressesAt, type SlackConfig, type SlackEnvironment, slackConfig } from './config.ts'
import { listenToDialogs } from './dialog-presses.ts'
import { createDialogs } from './dialogs.ts'
import { digestCard } from './digest-card.ts'
import { directMessages } from './direct.ts'
import { listenToCommands } from './governance-command.ts'
import { hookApi } from './hook-api.ts'
import { createReceiver, ENDPOINTS, type Signers } from './inbound.ts'
import { listenToClicks } from './interactions.ts'
import { members } from './members.ts'
import { listenToNotes } from './note-submission.ts'
import { presses } from './presses.ts'
import { quietLogger } from './quiet-logger.ts'
import { createResponseUrls } from './response-urls.ts'
import { tokenRefusal } from './token-refusal.ts'
import type { Transport } from './transport.ts'
import { listUserGroup, userGroupAdvice } from './user-groups.ts'
import { createViews } from './views.ts'
import { slackClients, slackFetch, slackOrigins } from './web-api.ts'
import { webhookPace, webhookTransports } from './webhook.ts'
import { workspaces } from './workspace.ts'

const problems = { 401: ['invalid_signature'], 404: ['not_found'] }

export function slack(env: SlackEnvironment & Outgoing): PlatformKind<SlackConfig> {
  return {
    name: 'slack',
    config: slackConfig(env),
    secrets: ['bot_token', 'signing_secret', 'webhook_url'],
    retryPolicy: 'prompt',
    audience: 'people',
    tells: true,
    keepsExcerpts: true,
    host: ({ webhook_url = env.apiUrl }) => URL.parse(webhook_url)?.host,
    // Of a bot, Slack itself says when it is too much.
    pace: (config) => (config.webhook_url === undefined ? [] : webhookPace(config)),
    inbound: [
      {
        id: 'slackInteraction',
        path: ENDPOINTS.interactions,
        summary: 'A button was pressed on a card or in a modal, or a note was sent',
        problems,
      },
      { id: 'slackCommand', path: ENDPOINTS.commands, summary: 'Somebody typed /governance', problems },
    ],
    create: (ports) => createSlack(env, ports),
  }
}

function createSlack(
  env: SlackEnvironment & Outgoing,
  ports: PlatformPorts<SlackConfig>,
): Platform<SlackConfig> {
  const clientOf = slackClients(env.apiUrl, env.timeoutMs)
  const known = workspaces(ports, clientOf)
  const responseUrls = createResponseUrls(ports.state, ports.clock, slackOrigins(env.apiUrl))
  const byBot = botTransports({ botToken: env.botToken, clientOf, workspaces: known })
  const byWebhook = webhookTransports(hookApi(env, ports.clock), responseUrls)

  function transportTo({ id, config }: Destination<SlackConfig>): Transport {
    return config.webhook_url === undefined ? byBot(config) : byWebhook(id, config)
  }

  /** Without the database, who is verified by the environment's secret can still be told so. */
  async function readSigners(): Promise<Signers> {
    try {
      const own = (await ports.knownDestinations()).map((destination) => destination.config.signing_secret)
      return { secrets: defined(env.signingSecret, ...own) }
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return { secrets: defined(env.signingSecret), outage: error }
    }
  }

  return {
    mount(host) {
      const app = new App({
        receiver: createReceiver(host, readSigners, ports),
        // Tokens belong to destinations; Bolt itself calls nothing but response URLs.
        authorize: async () => ({}),
        clientOptions: { slackApiUrl: env.apiUrl, fetch: slackFetch(env.apiUrl, env.timeoutMs) },
        ignoreSelf: false,
        convoStore: false,
        attachFunctionToken: false,
        logger: quietLogger,
      })
      const identify = members(clientOf, ports.clock, ports.log)
      const origins = createClickOrigins(env, ports, known, identify)
      const locate = presses(origins, responseUrls)
      listenToClicks(app, ports, locate)
      const { desk, log } = ports
      const dialogs = createDialogs(desk, createViews(clientOf), log)
      listenToDialogs(app, { dialogs, locate, clientOf, log })
      listenToNotes(app, ports, locate)
      listenToCommands(app, ports.commands, origins)
    },

    check: ({ webhook_url, bot_token = env.botToken }) =>
      webhook_url === undefined ? tokenRefusal(known, bot_token ?? '') : Promise.resolve(undefined),

    async post(message, to) {
      const options = posting(message, to, pressesAt(to.config))
      const { message: drawn, whole } = cardOf(message, options)
      return { ...(await transportTo(to).post(drawn)), whole: whole && options.interactive }
    },

    listGroup: (id, { config: { webhook_url, bot_token = env.botToken } }) =>
      listUserGroup({ clientOf, workspaces: known }, webhook_url === undefined ? bot_token : undefined, id),

    groupAdvice: userGroupAdvice,

    digest: (digest, to) =>
      transportTo(to).post(digestCard(digest, posting(digest, to, pressesAt(to.config)))),

    tell: directMessages({ botToken: env.botToken, clientOf, workspaces: known, clock: ports.clock }),

    async redraw(handle, message, to) {
      const options = redrawing(to, pressesAt(to.config))
      const { message: drawn, whole } = cardOf(message, options)
      await transportTo(to).redraw(handle, drawn)
      return { whole: whole && options.interactive }
    },
  }
}

function defined(...secrets: (string | undefined)[]): string[] {
  return [...new Set(secrets)].filter((secret) => secret !== undefined)
}
