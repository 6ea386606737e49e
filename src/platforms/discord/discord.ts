// Posts to a Discord channel through its webhook; nothing in the channel decides anything.

import type { Destination, Message, Platform, PlatformKind, Posted } from '../platform.ts'
import type { Outgoing } from '../reach.ts'
import { posting, type RenderOptions, redrawing } from '../render-options.ts'
import { alertMessage } from './alert-message.ts'
import { sendToDiscord } from './api.ts'
import { approvalMessage } from './approval-message.ts'
import { type DiscordConfig, type DiscordEnvironment, discordConfig, webhookOf } from './config.ts'
import { digestMessage } from './digest-message.ts'
import type { DiscordMessage } from './message.ts'

/** Discord takes 30 in 60 s of a webhook; these make 27 of the first minute and 24 of every other. */
const PACE = { perSecond: 0.4, burst: 3 }

export function discord(env: DiscordEnvironment & Outgoing): PlatformKind<DiscordConfig> {
  return {
    name: 'discord',
    config: discordConfig(env),
    secrets: ['webhook_url'],
    retryPolicy: 'prompt',
    audience: 'people',
    keepsExcerpts: true,
    pace: (config) => [{ bucket: `discord:${webhookOf(config).id}`, ...PACE }],
    create: () => createDiscord(env),
  }
}

function createDiscord(outgoing: Outgoing): Platform<DiscordConfig> {
  async function send(content: DiscordMessage, { config }: Destination<DiscordConfig>): Promise<Posted> {
    const { messageId, ...cooling } = await sendToDiscord(outgoing, config, content)
    return { handle: messageId, ...cooling }
  }

  return {
    post: (message, to) => send(messageOf(message, posting(message, to, false)), to),

    digest: (digest, to) => send(digestMessage(digest, posting(digest, to, false)), to),

    async redraw(handle, message, to) {
      await sendToDiscord(outgoing, to.config, messageOf(message, redrawing(to, false)), handle)
    },
  }
}

function messageOf(message: Message, options: RenderOptions): DiscordMessage {
  if (message.kind === 'approval') return approvalMessage(message.view, options)
  return alertMessage(message.event, options)
}
