// What makes a destination in Slack? A bot token and a channel.

import { z } from 'zod'

export interface SlackEnvironment {
  /** Of the app whose requests reach us; undefined: only destinations with their own secret are interactive. */
  signingSecret: string | undefined
  /** For destinations without their own. */
  botToken: string | undefined
  /** With a trailing slash. */
  apiUrl: string
}

export interface SlackConfig {
  bot_token?: string | undefined
  channel_id: string
  /** When it is another app's than the environment's. */
  signing_secret?: string | undefined
}

const INCOMPLETE = 'Slack channels require either bot_token + channel_id or webhook_url'

export function slackConfig(env: SlackEnvironment): z.ZodType<SlackConfig> {
  return z
    .strictObject({
      bot_token: z
        .string()
        .regex(/^xox[a-z]-\S+$/, 'a Slack bot token begins with xoxb-')
        .optional(),
      channel_id: z
        .string()
        .regex(/^[CDG][A-Z0-9]{2,}$/, 'a Slack channel ID looks like C0123456789, not like #name')
        .optional(),
      signing_secret: z.string().min(1).optional(),
    })
    .transform((config, context) => {
      const { channel_id } = config
      if (channel_id !== undefined && (config.bot_token ?? env.botToken) !== undefined)
        return { ...config, channel_id }
      context.addIssue({ code: 'custom', message: INCOMPLETE })
      return z.NEVER
    })
}
