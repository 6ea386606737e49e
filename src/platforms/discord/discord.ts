// Posts to a Discord channel through its webhook; nothing in the channel decides anything.

import type { Destination, Platform, PlatformKind, Posted } from '../platform.ts'
import type { Outgoing } from '../reach.ts'
import { LINKS, posting, redrawing } from '../render-options.ts'
import { sendToDiscord } from './api.ts'
import { cardOf } from './card.ts'
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
    host: ({ webhook_url }) => URL.parse(webhook_url)?.host,
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
    post: (message, to) => send(cardOf(message, posting(message, to, LINKS)), to),

    digest: (digest, to) => send(digestMessage(digest, posting(digest, to, LINKS)), to),

    async redraw(handle, message, to) {
      await sendToDiscord(outgoing, to.config, cardOf(message, redrawing(to, LINKS)), handle)
      return {}
    },
  }
}
