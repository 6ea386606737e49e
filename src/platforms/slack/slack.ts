// What is Slack to Countersign? Cards by bot token, clicks and commands through Bolt.

import { App } from '@slack/bolt'
import type { Destination, Message, Platform, PlatformKind, PlatformPorts } from '../platform.ts'
import { alertCard } from './alert-card.ts'
import { approvalCard } from './approval-card.ts'
import { type SlackConfig, type SlackEnvironment, slackConfig } from './config.ts'
import { listenToCommands } from './governance-command.ts'
import { handleOf, placeOf } from './handle.ts'
import { createReceiver, ENDPOINTS } from './inbound.ts'
import { listenToClicks } from './interactions.ts'
import { members } from './members.ts'
import { quietLogger } from './quiet-logger.ts'
import { surroundings } from './surroundings.ts'
import { calling, slackClients, slackFetch } from './web-api.ts'
import { workspaces } from './workspace.ts'

const problems = { 401: ['invalid_signature'], 404: ['not_found'] }

export function slack(env: SlackEnvironment): PlatformKind<SlackConfig> {
  return {
    name: 'slack',
    config: slackConfig(env),
    secrets: ['bot_token', 'signing_secret'],
    retryPolicy: 'prompt',
    keepsExcerpts: true,
    pace: () => [],
    inbound: [
      {
        id: 'slackInteraction',
        path: ENDPOINTS.interactions,
        summary: 'A button was pressed on a card',
        problems,
      },
      { id: 'slackCommand', path: ENDPOINTS.commands, summary: 'Somebody typed /governance', problems },
    ],
    create: (ports) => createSlack(env, ports),
  }
}

function createSlack(env: SlackEnvironment, ports: PlatformPorts<SlackConfig>): Platform<SlackConfig> {
  const clientOf = slackClients(env.apiUrl)
  const workspaceOf = workspaces(ports.state, clientOf)
  const tokenOf = ({ config }: Destination<SlackConfig>) => config.bot_token ?? env.botToken ?? ''

  async function signingSecrets(): Promise<string[]> {
    const own = (await ports.destinations()).map((destination) => destination.config.signing_secret)
    return [...new Set([env.signingSecret, ...own])].filter((secret) => secret !== undefined)
  }

  return {
    mount(host) {
      const app = new App({
        receiver: createReceiver(host, signingSecrets, ports),
        // Tokens belong to destinations; Bolt itself calls nothing but response URLs.
        authorize: async () => ({}),
        clientOptions: { slackApiUrl: env.apiUrl, fetch: slackFetch(env.apiUrl) },
        ignoreSelf: false,
        convoStore: false,
        attachFunctionToken: false,
        logger: quietLogger,
      })
      const around = surroundings(env, ports, workspaceOf, members(clientOf, ports.clock, ports.log))
      listenToClicks(app, ports, around)
      listenToCommands(app, ports.commands, around)
    },

    async post(message, to) {
      // Known before the first card is out, so that a click on it finds its workspace without asking Slack.
      await workspaceOf(tokenOf(to))
      const card = { ...cardOf(message), channel: to.config.channel_id }
      const { channel, ts } = await calling(clientOf(tokenOf(to)).chat.postMessage(card))
      return { handle: handleOf(channel as string, ts as string) }
    },

    async redraw(handle, message, to) {
      const card = { ...cardOf(message), ...placeOf(handle) }
      await calling(clientOf(tokenOf(to)).chat.update(card))
    },
  }
}

function cardOf(message: Message) {
  return message.kind === 'approval' ? approvalCard(message.view) : alertCard(message.event)
}
