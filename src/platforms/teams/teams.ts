// Which kind of place is Teams? What a destination needs, and what is loaded once an app is connected.

import { type Inbound, type PlatformKind, Undeliverable } from '../platform.ts'
import { type TeamsConfig, type TeamsEnvironment, teamsConfig } from './config.ts'
import { ENDPOINTS } from './endpoints.ts'

/** `env` undefined: no app is connected, and destinations of this kind are refused. */
export function teams(env: TeamsEnvironment | undefined): PlatformKind<TeamsConfig> {
  return {
    name: 'teams',
    config: teamsConfig(env),
    secrets: [],
    retryPolicy: 'prompt',
    keepsExcerpts: true,
    pace: () => [],
    inbound: env ? INBOUND : [],
    async create(ports) {
      if (!env) return { post: notConnected, redraw: notConnected }
      // The Bot Framework is large: whoever has no Teams shall not pay for it.
      const { createTeams } = await import('./platform.ts')
      return createTeams(env, ports)
    },
  }
}

const problems = { 401: ['invalid_token'], 403: ['tenant_not_allowed'], 503: ['keys_unavailable'] }

const INBOUND: Inbound[] = [
  {
    id: 'teamsActivity',
    path: ENDPOINTS.interactions,
    summary: 'A card was pressed, or somebody wrote to the bot',
    problems,
  },
  {
    id: 'teamsMessage',
    path: ENDPOINTS.alias,
    summary: "The same, where Microsoft's tools expect a bot",
    problems,
  },
]

/** For destinations from the time when an app was connected. */
async function notConnected(): Promise<never> {
  throw new Undeliverable('destination', 'app_not_configured')
}
