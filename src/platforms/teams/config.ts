// What makes a destination in Teams? A conversation to which the app was added.

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

export interface TeamsCloud {
  /** The document that names the keys by which the Bot Framework signs. */
  openIdMetadataUrl: string
  /** Without a trailing slash. */
  loginUrl: string
}

export interface TeamsConfig {
  conversation_id: string
}

const LONGEST_ID = 500

export function teamsConfig(env: TeamsEnvironment | undefined): z.ZodType<TeamsConfig> {
  return z
    .strictObject({ conversation_id: z.string().min(1).max(LONGEST_ID).optional() })
    .transform(({ conversation_id }, context) => {
      if (env && conversation_id !== undefined) return { conversation_id }
      const message = env
        ? 'Teams channels require conversation_id; GET /v1/settings/conversations lists them'
        : 'Teams channels require the app: set MicrosoftAppId and what belongs to it'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
}
