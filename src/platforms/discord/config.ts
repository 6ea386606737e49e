// Declares a destination in Discord: the address of a webhook, which is also its key, and perhaps a thread.

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
  'a Discord webhook URL looks like https://discord.com/api/webhooks/<id>/<token>, followed by ?thread_id=<id> for a thread or a post of a forum; copy it from the channel’s settings'
const ORIGINS = [
  'https://discord.com',
  'https://discordapp.com',
  'https://ptb.discord.com',
  'https://canary.discord.com',
]
const PATH = /^\/api(?:\/v\d{1,2})?\/webhooks\/(\d{1,20})\/([\w-]{1,200})\/?$/
/** Of which only the thread counts: how Discord shall answer is said with each request. */
const QUERY = /^((?:^|&)(thread_id=\d{1,20}|(wait|with_components)=(true|false)))*$/

export function discordConfig(env: DiscordEnvironment): z.ZodType<DiscordConfig> {
  const origins = env.apiOrigin === undefined ? ORIGINS : [...ORIGINS, env.apiOrigin]
  const isWebhook = (text: string) =>
    origins.some((origin) => {
      if (!text.startsWith(`${origin}/`)) return false
      const [path = '', ...query] = text.slice(origin.length).split('?')
      return PATH.test(path) && QUERY.test(query.join('?'))
    })
  return z.strictObject({ webhook_url: z.string(MISSING).refine(isWebhook, WRONG) })
}

export interface Webhook {
  id: string
  /** Secret. */
  token: string
  /** Where to post, without a query. */
  url: string
  threadId: string | undefined
}

/** The parts of its address, in the API's usual version whichever was pasted. */
export function webhookOf({ webhook_url }: DiscordConfig): Webhook {
  const { origin, pathname, searchParams } = new URL(webhook_url)
  const [, id = '', token = ''] = PATH.exec(pathname) ?? []
  const threadId = searchParams.get('thread_id') ?? undefined
  return { id, token, url: `${origin}/api/webhooks/${id}/${token}`, threadId }
}
