// Builds the stand-in platforms, and tells how the product reaches them.

import { randomBytes } from 'node:crypto'
import express, { type Express, type Router } from 'express'
import type { Clock } from '../kit/clock.ts'
import { createDiscordStandIn, type DiscordStandIn } from './discord-stand-in.ts'
import { onlyThisMachine } from './guard.ts'
import type { StateFile } from './saved-state.ts'
import { createSlackStandIn, type SlackStandIn } from './slack-stand-in.ts'
import { createTeamsStandIn, type TeamsStandIn } from './teams-stand-in.ts'
import { createTelegramStandIn, type TelegramStandIn } from './telegram-stand-in.ts'

/** What the environment would say if the stand-ins were the real thing. Secrets live as long as the process. */
export interface PlaceConnections {
  slack: { signingSecret: string; botToken: string; apiUrl: string }
  teams: {
    appId: string
    password: string
    tenantId: string
    allowedTenants: string[]
    cloud: { openIdMetadataUrl: string; loginUrl: string }
  }
  discord: { apiOrigin: string }
  telegram: { apiUrl: string }
  egress: { allowCidrs: string[]; allowHttp: boolean }
}

export interface StandIns {
  slack: SlackStandIn
  teams: TeamsStandIn
  discord: DiscordStandIn
  telegram: TelegramStandIn
}

export interface Places extends StandIns {
  connections: PlaceConnections
  /** All that lies below the sandbox's own path. */
  router: Router
  /** What lies elsewhere: a webhook of Discord has its path at the root of an origin. */
  mountAtRoot(app: Express): void
  onChange(listener: () => void): void
}

export const SLACK_BOT_TOKEN = 'xoxb-sandbox'
export const TELEGRAM_BOT_TOKEN = '123456789:sandbox-bot-of-this-machine'
const TEAMS_APP_ID = 'c0c0a5b1-0000-4000-8000-5a4db0c05160'
const THIS_MACHINE = ['127.0.0.0/8', '::1/128']

export interface PlacesOptions {
  productUrl: () => string
  clock: Clock
  file: StateFile
  onPlaygroundMessage: (conversationId: string) => void
}

export function createPlaces(options: PlacesOptions): Places {
  const { productUrl } = options
  const signingSecret = randomBytes(16).toString('hex')
  const appPassword = randomBytes(16).toString('hex')
  const standIns = createStandIns({ ...options, signingSecret, appPassword })
  const { slack, teams, discord, telegram } = standIns

  const router = express.Router()
  router.use('/slack', slack.router)
  router.use('/teams', teams.router)
  router.use('/telegram', telegram.router)

  return {
    ...standIns,
    connections: {
      slack: { signingSecret, botToken: SLACK_BOT_TOKEN, apiUrl: slack.apiUrl() },
      teams: {
        appId: TEAMS_APP_ID,
        password: appPassword,
        tenantId: teams.tenantId,
        allowedTenants: [teams.tenantId],
        cloud: teams.cloud(),
      },
      discord: { apiOrigin: productUrl() },
      telegram: { apiUrl: telegram.apiUrl() },
      egress: { allowCidrs: THIS_MACHINE, allowHttp: true },
    },
    router,
    mountAtRoot(app) {
      // As a route, not `use`: its router reads bodies, which only these paths are to have read.
      app.all('/api/webhooks/{*path}', onlyThisMachine, discord.router)
    },
    onChange(listener) {
      for (const place of [slack, teams, discord, telegram]) place.onChange(listener)
    },
  }
}

interface Made extends PlacesOptions {
  signingSecret: string
  appPassword: string
}

function createStandIns(options: Made): StandIns {
  const { productUrl, clock, file, signingSecret, appPassword, onPlaygroundMessage } = options
  const at = (path: string) => () => `${productUrl()}/sandbox/${path}`
  return {
    slack: createSlackStandIn({
      signingSecret,
      botToken: SLACK_BOT_TOKEN,
      productUrl,
      selfUrl: at('slack'),
      clock,
      load: () => file.state.messages,
      save: (messages) => file.keep({ messages }),
    }),
    teams: createTeamsStandIn({
      appId: TEAMS_APP_ID,
      appPassword,
      productUrl,
      selfUrl: at('teams'),
      clock,
      load: () => file.state.teams,
      save: (teams) => file.keep({ teams }),
      onPlaygroundMessage,
    }),
    discord: createDiscordStandIn({
      selfUrl: productUrl,
      clock,
      limitsRates: true,
      load: () => file.state.discord,
      save: (discord) => file.keep({ discord }),
    }),
    telegram: createTelegramStandIn({
      botToken: TELEGRAM_BOT_TOKEN,
      selfUrl: at('telegram'),
      clock,
      limitsRates: true,
      load: () => file.state.telegram,
      save: (telegram) => file.keep({ telegram }),
    }),
  }
}
