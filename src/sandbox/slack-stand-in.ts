// Stands in for Slack when there is none: its Web API, webhooks, clicks and commands, on loopback.

import express, { type Request, type Router } from 'express'
import type { Clock } from '../kit/clock.ts'
import { commandReply } from './slack/command-reply.ts'
import { createSlackFaults, type SlackFault } from './slack/faults.ts'
import { createMessageLog, isObject, type JsonObject, type Message } from './slack/messages.ts'
import { type ModalActions, modalActions } from './slack/modal-actions.ts'
import { createModals, type Modal } from './slack/modals.ts'
import { blockActionsPayload, commandForm, findButton } from './slack/payloads.ts'
import { createResponseUrls } from './slack/response-urls.ts'
import { type AppAnswer, postSigned } from './slack/signed-post.ts'
import { createTriggers } from './slack/triggers.ts'
import { createUserGroups } from './slack/user-groups.ts'
import { createWebApi, readableArgs } from './slack/web-api.ts'
import { createWebhooks } from './slack/webhooks.ts'
import { findChannel, findUser, type UserGroup, WORKSPACE, type Workspace } from './slack/workspace.ts'

export interface SlackStandInOptions {
  signingSecret: string
  botToken: string
  productUrl: () => string
  /** Where `router` is reachable, without a trailing slash: response URLs begin with it. */
  selfUrl: () => string
  clock: Clock
  load?: () => Message[] | undefined
  /** Called after every change with what should survive a restart. */
  save?: (messages: Message[]) => void
}

export interface Click {
  channel: string
  ts: string
  actionId: string
  /** Tells two buttons with the same action_id apart. */
  blockId?: string
  /** The value of what was chosen in a menu. */
  option?: string
  userId: string
  triggerId?: string
  responseUrl?: string
}

export interface TypedText {
  text: string
  userId: string
  channel: string
  /** `/governance` unless said otherwise. */
  command?: string
}

export interface RecordedCall {
  /** A Web API method, `response_url` or `webhook`. */
  method: string
  args: JsonObject
  at: number
}

export interface SlackStandIn extends ModalActions {
  /** `POST /api/:method`, `/respond/:id` and `/services/…`; mount it where `selfUrl` says. */
  router: Router
  /** What the product takes as `SLACK_API_URL`. */
  apiUrl(): string
  /** Of the incoming webhook of this channel. */
  webhookUrl(channel: string): string
  workspace: Workspace
  messages(channel: string): Message[]
  /** Those that are open: one for each person at most. */
  modals(): Modal[]
  /** What the product called, oldest first; the last 1000. */
  calls: readonly RecordedCall[]
  /** Presses a button of a card as it stands now. Throws NotOnTheCard when there is no such button. */
  click(click: Click): Promise<AppAnswer>
  command(typed: TypedText): Promise<AppAnswer>
  /** Returns what releases a call that hangs. */
  failNext(fault: SlackFault): () => void
  /** The workspace becomes one of an enterprise: Slack says so of it, and of its users. */
  joinEnterprise(id: string): void
  /** The app was installed with this scope, or without it. */
  grant(scope: string, isGranted: boolean): void
  /** Who is in a user group from now on. */
  setUserGroup(group: UserGroup): void
  onChange(listener: () => void): () => void
}

export class NotOnTheCard extends Error {}

const CALLS_KEPT = 1000
const SCOPES = [
  'chat:write',
  'chat:write.public',
  'commands',
  'users:read',
  'users:read.email',
  'usergroups:read',
]

export function createSlackStandIn(options: SlackStandInOptions): SlackStandIn {
  const { signingSecret, clock, productUrl, selfUrl } = options
  const log = createMessageLog(clock, options.load ?? (() => undefined), options.save ?? (() => {}))
  const triggers = createTriggers(clock)
  const modals = createModals(clock, triggers)
  let enterprise: string | null = null
  let scopes: readonly string[] = SCOPES
  const userGroups = createUserGroups(() => scopes)
  const { botToken } = options
  const token = { botToken, scopes: () => scopes }
  const webApi = createWebApi({ log, modals, ...token, enterprise: () => enterprise, userGroups })
  const responseUrls = createResponseUrls(log, clock)
  const webhooks = createWebhooks(log)
  const faults = createSlackFaults()
  const calls: RecordedCall[] = []

  function record(method: string, args: JsonObject): void {
    calls.push({ method, args, at: clock.now() })
    if (calls.length > CALLS_KEPT) calls.shift()
  }

  const router = express.Router()
  router.use(express.urlencoded({ extended: false, limit: '1mb' }), express.json({ limit: '1mb' }))
  router.post('/api/:method', async (req, res) => {
    const args = bodyOf(req)
    record(req.params.method, readableArgs(args))
    res.set('x-oauth-scopes', scopes.join())
    const body = () => webApi(req.params.method, tokenOf(req, args), args)
    await faults.answer(req.params.method, req, res, () => ({ status: 200, body: body() }))
  })
  router.post('/respond/:id', async (req, res) => {
    const args = bodyOf(req)
    record('response_url', args)
    await faults.answer('response_url', req, res, () => responseUrls.use(req.params.id, args))
  })

  router.post('/services/*path', async (req, res) => {
    const args = bodyOf(req)
    record('webhook', args)
    const path = req.params.path.join('/')
    await faults.answer('webhook', req, res, () => webhooks.post(path, req.is('json') ? args : undefined))
  })

  function somebodyIn(userId: string, channelId: string) {
    const user = findUser(userId)
    const channel = findChannel(channelId)
    if (!user || !channel) throw new NotOnTheCard(`no such user or channel: ${userId}, ${channelId}`)
    return { user, channel }
  }

  function post(path: string, form: Record<string, string>): Promise<AppAnswer> {
    return postSigned(`${productUrl()}/v1/webhooks/slack/${path}`, form, signingSecret, clock)
  }

  const interact = (payload: JsonObject) => post('interactions', { payload: JSON.stringify(payload) })

  return {
    ...modalActions({ modals, triggers, send: interact, nextTs: log.nextTs }),
    router,
    apiUrl: () => `${selfUrl()}/api/`,
    webhookUrl: (channel) => `${selfUrl()}/services/${webhooks.pathTo(channel)}`,
    workspace: WORKSPACE,
    messages: log.list,
    modals: modals.list,
    calls,
    failNext: faults.failNext,
    joinEnterprise(id) {
      enterprise = id
    },
    grant(scope, isGranted) {
      scopes = SCOPES.filter((one) => (one === scope ? isGranted : scopes.includes(one)))
    },
    setUserGroup: userGroups.set,
    onChange(listener) {
      const ends = [log.onChange(listener), modals.onChange(listener)]
      return () => {
        for (const end of ends) end()
      }
    },

    async click({ channel: channelId, ts, actionId, blockId, userId, option, ...given }) {
      const { user, channel } = somebodyIn(userId, channelId)
      const message = log.find(channelId, ts)
      const button = message && findButton(message, actionId, blockId)
      if (!button) throw new NotOnTheCard(`no button ${actionId} on message ${ts}`)
      const occasion = { channel: channelId, userId, originalTs: ts }
      const responseUrl = given.responseUrl ?? `${selfUrl()}/respond/${responseUrls.open(occasion)}`
      const triggerId = triggers.issue(userId, given.triggerId)
      const actionTs = log.nextTs()
      const press = { message, button, user, channel, actionTs, triggerId, responseUrl, option }
      return interact(blockActionsPayload(press))
    },

    async command({ text, userId, channel: channelId, command = '/governance' }) {
      const { user, channel } = somebodyIn(userId, channelId)
      const responseUrl = `${selfUrl()}/respond/${responseUrls.open({ channel: channelId, userId })}`
      const typed = { command, text, user, channel, triggerId: triggers.issue(userId), responseUrl }
      const answer = await post('commands', commandForm(typed))
      const { content, inChannel, bySlackbot } = commandReply(command, answer)
      if (content) log.post(channelId, content, { onlyFor: inChannel ? undefined : userId, bySlackbot })
      return answer
    },
  }
}

function bodyOf(req: Request): JsonObject {
  return isObject(req.body) ? req.body : {}
}

function tokenOf(req: Request, args: JsonObject): string | undefined {
  const [, bearer] = /^Bearer (.+)$/.exec(req.get('authorization') ?? '') ?? []
  return bearer ?? (typeof args.token === 'string' ? args.token : undefined)
}
