// Declares a destination in Slack: a bot token and a channel, or an incoming webhook.

import { z } from 'zod'
import { BUTTONS, DIALOGS, LINKS, type Presses } from '../render-options.ts'
import { BOT_TOKEN, maySign, tokenMistake, WRONG_SIGNING_SECRET } from './token.ts'

export interface SlackEnvironment {
  /** Of the app whose requests reach us; undefined: only destinations with their own secret are interactive. */
  signingSecret: string | undefined
  /** For destinations without their own. */
  botToken: string | undefined
  /** With a trailing slash. */
  apiUrl: string
}

export interface BotConfig {
  bot_token?: string | undefined
  channel_id: string
  webhook_url?: undefined
  /** When it is another app's than the environment's. */
  signing_secret?: string | undefined
}

export interface WebhookConfig {
  bot_token?: undefined
  channel_id?: undefined
  webhook_url: string
  /** Of the webhook's app; without it nothing on its cards can be pressed. */
  signing_secret?: string | undefined
}

export type SlackConfig = BotConfig | WebhookConfig

const INCOMPLETE = 'Slack channels require either bot_token + channel_id or webhook_url'
const BOTH = 'Slack channels take either bot_token + channel_id or webhook_url, not both'
const WRONG_WEBHOOK =
  'a Slack webhook URL looks like https://hooks.slack.com/services/T…/B…/…; copy it from the app’s page Incoming Webhooks'

const WEBHOOKS = 'https://hooks.slack.com/'
const SLACK = 'https://slack.com/'
const WEBHOOK_PATH = /^services\/(T[A-Z0-9]{2,30})\/B[A-Z0-9]{2,30}\/[A-Za-z0-9]{1,100}$/

export function slackConfig(env: SlackEnvironment): z.ZodType<SlackConfig> {
  return z
    .strictObject({
      bot_token: z
        .string()
        .regex(BOT_TOKEN, { error: ({ input }) => tokenMistake(input) })
        .optional(),
      channel_id: z
        .string()
        .regex(/^[CDG][A-Z0-9]{2,}$/, 'a Slack channel ID looks like C0123456789, not like #name')
        .optional(),
      webhook_url: z
        .string()
        .refine((url) => teamIn(url, env) !== undefined, WRONG_WEBHOOK)
        .optional(),
      signing_secret: z.string().min(1).refine(maySign, WRONG_SIGNING_SECRET).optional(),
    })
    .transform(({ bot_token, channel_id, webhook_url, signing_secret }, context) => {
      const refused = (message: string) => {
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      const own = signing_secret === undefined ? {} : { signing_secret }
      if (webhook_url !== undefined) {
        if (bot_token !== undefined || channel_id !== undefined) return refused(BOTH)
        return { webhook_url, ...own }
      }
      if (channel_id === undefined || (bot_token ?? env.botToken) === undefined) return refused(INCOMPLETE)
      return { ...(bot_token !== undefined && { bot_token }), channel_id, ...own }
    })
}

/** What can be pressed on its cards: a webhook has no token, without which Slack opens no dialog. */
export function pressesAt({ webhook_url, signing_secret }: SlackConfig): Presses {
  if (webhook_url === undefined) return DIALOGS
  return signing_secret === undefined ? LINKS : BUTTONS
}

/** The team of an incoming webhook; undefined: it is no address of one. */
export function teamIn(webhookUrl: string, { apiUrl }: SlackEnvironment): string | undefined {
  // What stands in for Slack has its webhooks beside its API.
  const beside = new URL('..', apiUrl).href
  const bases = beside === SLACK ? [WEBHOOKS] : [WEBHOOKS, beside]
  const base = bases.find((one) => webhookUrl.startsWith(one))
  return base === undefined ? undefined : WEBHOOK_PATH.exec(webhookUrl.slice(base.length))?.[1]
}
