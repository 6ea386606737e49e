// What is Discord to Countersign? A channel that is told through its webhook; nothing in it decides anything.

import type { Egress } from '../../kit/egress.ts'
import type { Message, Platform, PlatformKind } from '../platform.ts'
import { alertMessage } from './alert-message.ts'
import { sendToDiscord } from './api.ts'
import { approvalMessage } from './approval-message.ts'
import { type DiscordConfig, type DiscordEnvironment, discordConfig, webhookOf } from './config.ts'
import type { DiscordMessage } from './message.ts'

/** Discord takes 30 in 60 s of a webhook; these make 27 of the first minute and 24 of every other. */
const PACE = { perSecond: 0.4, burst: 3 }

export function discord(env: DiscordEnvironment & { egress: Egress }): PlatformKind<DiscordConfig> {
  return {
    name: 'discord',
    config: discordConfig(env),
    secrets: ['webhook_url'],
    retryPolicy: 'prompt',
    keepsExcerpts: true,
    pace: (config) => [{ bucket: `discord:${webhookOf(config).id}`, ...PACE }],
    create: () => createDiscord(env.egress),
  }
}

function createDiscord(egress: Egress): Platform<DiscordConfig> {
  return {
    async post(message, to) {
      const { messageId, ...cooling } = await sendToDiscord(egress, to.config, messageOf(message))
      return { handle: messageId, ...cooling }
    },
    async redraw(handle, message, to) {
      await sendToDiscord(egress, to.config, messageOf(message), handle)
    },
  }
}

function messageOf(message: Message): DiscordMessage {
  return message.kind === 'approval' ? approvalMessage(message.view) : alertMessage(message.event)
}
