// Stands in for Microsoft Teams when there is none: its login, its connector and its clicks, on loopback.

import express, { type Router } from 'express'
import type { JWTPayload } from 'jose'
import type { Clock } from '../kit/clock.ts'
import { createActivities } from './teams/activities.ts'
import { createConnector } from './teams/connector.ts'
import { createTeamsFaults, type TeamsFault, type TeamsMethod } from './teams/faults.ts'
import { createIssuer, type TokenFlaw } from './teams/issuer.ts'
import { createLogin } from './teams/login.ts'
import { createMessageLog, type JsonObject, type Message } from './teams/messages.ts'
import { createPlaces, type SavedPlaces } from './teams/places.ts'
import { createPlaygroundRelay, type SavedPlayground } from './teams/playground.ts'
import { type BotAnswer, postActivity } from './teams/post-activity.ts'
import { createUserActions, type UserActions } from './teams/user-actions.ts'
import { BOT_NAME, type Conversation, TENANT_ID, WORKSPACE } from './teams/workspace.ts'

export interface SavedTeams extends SavedPlaces {
  messages: Message[]
  playground?: SavedPlayground | undefined
}

export interface TeamsStandInOptions {
  appId: string
  appPassword: string
  productUrl: () => string
  /** Where `router` is reachable, without a trailing slash. */
  selfUrl: () => string
  clock: Clock
  load?: () => SavedTeams | undefined
  /** Called after every change with what should survive a restart. */
  save?: (saved: SavedTeams) => void
  /** Called with the conversation when somebody has written to the product in Microsoft's Agents Playground. */
  onPlaygroundMessage?: (conversationId: string) => void
}

export interface RecordedCall {
  method: TeamsMethod
  /** What the path says: `id` of the conversation, `activityId`, `userId`, `teamId`, `tenant`. */
  params: JsonObject
  /** Without the app's secret. */
  body: unknown
  at: number
}

export interface TeamsStandIn extends UserActions {
  /** Mount it where `selfUrl` says. Its `/playground/messages` is for Microsoft's Agents Playground. */
  router: Router
  /** Where the product finds the token issuer, and what takes the place of Entra's origin (no trailing slash). */
  cloud(): { openIdMetadataUrl: string; loginUrl: string }
  serviceUrl(): string
  tenantId: string
  workspace: typeof WORKSPACE
  conversations(): readonly Conversation[]
  /** Of a thread, or of a whole conversation with all its threads; oldest first. */
  messages(conversationId: string): readonly Message[]
  /** What the product called, oldest first; the last 1000. */
  calls: readonly RecordedCall[]
  /** Sends anything, with a good token unless told otherwise; with an empty one, without. */
  send(activity: unknown, token?: string): Promise<BotAnswer>
  token(claims?: JWTPayload, flaw?: TokenFlaw): Promise<string>
  /** Returns what releases the calls that hang. */
  failNext(fault: TeamsFault): () => void
  onChange(listener: () => void): () => void
}

const CALLS_KEPT = 1000

export function createTeamsStandIn(options: TeamsStandInOptions): TeamsStandIn {
  const { appId, appPassword, clock, productUrl, selfUrl, load, save } = options
  const bot = { id: `28:${appId}`, name: BOT_NAME }
  const loaded = load?.()
  const places = createPlaces(loaded)
  const log = createMessageLog(clock, loaded?.messages ?? [], changed)
  const faults = createTeamsFaults()
  const calls: RecordedCall[] = []
  const listeners = new Set<() => void>()
  let playground = loaded?.playground

  function changed(): void {
    save?.({ ...places.saved(), messages: log.saved(), playground })
    for (const listener of listeners) listener()
  }

  function record(method: TeamsMethod, params: JsonObject, body?: unknown): void {
    calls.push({ method, params, body, at: clock.now() })
    if (calls.length > CALLS_KEPT) calls.shift()
  }

  const serviceUrl = () => `${selfUrl()}/connector/`
  const issuer = createIssuer({ appId, serviceUrl, selfUrl: () => `${selfUrl()}/issuer`, clock, faults })
  const login = createLogin({ appId, appPassword, clock, faults, record })
  const router = express.Router()
  router.use('/issuer', issuer.router)
  router.use('/login', login.router)
  router.use(
    '/playground',
    createPlaygroundRelay({
      productUrl,
      selfUrl: () => `${selfUrl()}/playground`,
      token: issuer.token,
      load: () => playground,
      save(wrote) {
        playground = wrote
        changed()
      },
      onMessage: options.onPlaygroundMessage ?? (() => {}),
    }),
  )
  router.use('/connector', createConnector({ bot, log, places, faults, isAuthorised: login.isOurs, record }))

  async function send(activity: unknown, token?: string): Promise<BotAnswer> {
    const url = `${productUrl()}/v1/webhooks/teams/interactions`
    return postActivity(url, activity, token ?? (await issuer.token()))
  }
  const activities = createActivities(bot, serviceUrl, clock)

  return {
    ...createUserActions({ bot, log, places, activities, send, changed }),
    router,
    cloud: () => ({ openIdMetadataUrl: issuer.metadataUrl(), loginUrl: `${selfUrl()}/login` }),
    serviceUrl,
    tenantId: TENANT_ID,
    workspace: WORKSPACE,
    conversations: places.list,
    messages: log.list,
    calls,
    send,
    token: issuer.token,
    failNext: faults.failNext,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
