// Declares a destination in Teams: a conversation to which the app was added, or a webhook of Workflows.

import { z } from 'zod'

/** The app and its bot, as Azure knows them; https://learn.microsoft.com/azure/bot-service/bot-builder-authentication-basics */
export interface TeamsEnvironment {
  appId: string
  password: string
  /** Where tokens are asked for; undefined: the Bot Framework's own tenant, for a multi-tenant app. */
  tenantId: string | undefined
  /** Lower case, never empty: the tenants whose people may use the app. */
  allowedTenants: string[]
  /** Where Microsoft's services are, when a stand-in plays them. */
  cloud?: TeamsCloud
}

export interface BotEnvironment extends TeamsEnvironment {
  /** So long one request to Microsoft may take, all of it. */
  timeoutMs: number
}

export interface TeamsCloud {
  /** The document that names the keys by which the Bot Framework signs. */
  openIdMetadataUrl: string
  /** Without a trailing slash. */
  loginUrl: string
}

export interface WorkflowsEnvironment {
  /** Where webhooks may be beside Power Automate, when a stand-in plays it. */
  origin?: string | undefined
}

export interface ConversationConfig {
  conversation_id: string
  webhook_url?: undefined
}

export interface WorkflowConfig {
  conversation_id?: undefined
  webhook_url: string
}

export type TeamsConfig = ConversationConfig | WorkflowConfig

const LONGEST_ID = 500
const LONGEST_URL = 2000
/** https://learn.microsoft.com/power-automate/ip-address-configuration */
const POWER_AUTOMATE = /^[a-z0-9.-]+\.(logic\.azure\.com|environment\.api\.powerplatform\.com)$/

const WRONG_WEBHOOK =
  'a Teams webhook URL is a workflow’s, at logic.azure.com or environment.api.powerplatform.com; copy all of it, with sig=… in it'
const BOTH = 'Teams channels take either conversation_id or webhook_url, not both'
const NEITHER =
  'Teams channels require either conversation_id or webhook_url; GET /v1/settings/conversations lists the conversations'
const NO_APP =
  'Teams channels require either the app (set MicrosoftAppId and what belongs to it) or webhook_url'

/** `env` undefined: no app is connected, and only webhooks are taken. */
export function teamsConfig(
  env: TeamsEnvironment | undefined,
  workflows: WorkflowsEnvironment,
): z.ZodType<TeamsConfig> {
  return z
    .strictObject({
      conversation_id: z.string().min(1).max(LONGEST_ID).optional(),
      webhook_url: z
        .string()
        .max(LONGEST_URL)
        .refine((url) => isWebhook(url, workflows), WRONG_WEBHOOK)
        .optional(),
    })
    .transform(({ conversation_id, webhook_url }, context) => {
      const refused = (message: string) => {
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      if (webhook_url !== undefined) return conversation_id === undefined ? { webhook_url } : refused(BOTH)
      if (!env) return refused(NO_APP)
      return conversation_id === undefined ? refused(NEITHER) : { conversation_id }
    })
}

/** Its `sig` is the key to it: without one the workflow asks for a sign-in that we do not have. */
function isWebhook(text: string, workflows: WorkflowsEnvironment): boolean {
  const url = URL.parse(text)
  if (!url?.searchParams.get('sig') || url.username !== '' || url.password !== '') return false
  if (url.origin === workflows.origin) return true
  return url.protocol === 'https:' && url.port === '' && POWER_AUTOMATE.test(url.hostname)
}
