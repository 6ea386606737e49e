// Declares a destination in Discord: the address of a channel's webhook, which is also its key.

import { z } from 'zod'

export interface DiscordEnvironment {
  /** Where webhooks may be beside Discord itself, when a stand-in plays it. */
  apiOrigin?: string | undefined
}

export interface DiscordConfig {
  webhook_url: string
}

const MISSING = 'Discord channels require webhook_url'
const WRONG =
  'a Discord webhook URL looks like https://discord.com/api/webhooks/<id>/<token>; copy it from the channel’s settings'
const ORIGINS = [
  'https://discord.com',
  'https://discordapp.com',
  'https://ptb.discord.com',
  'https://canary.discord.com',
]
const PATH = /^\/api\/webhooks\/(\d{1,20})\/([\w-]{1,200})$/

export function discordConfig(env: DiscordEnvironment): z.ZodType<DiscordConfig> {
  const origins = env.apiOrigin === undefined ? ORIGINS : [...ORIGINS, env.apiOrigin]
  const isWebhook = (text: string) =>
    origins.some((origin) => text.startsWith(`${origin}/`) && PATH.test(text.slice(origin.length)))
  return z.strictObject({ webhook_url: z.string(MISSING).refine(isWebhook, WRONG) })
}

/** The parts of a webhook's address; only the token is secret. */
export function webhookOf({ webhook_url }: DiscordConfig): { id: string; token: string } {
  const [, id = '', token = ''] = PATH.exec(new URL(webhook_url).pathname) ?? []
  return { id, token }
}
