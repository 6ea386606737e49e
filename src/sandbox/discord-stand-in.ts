// Stands in for Discord when there is none: a channel with one webhook and one thread, on loopback.

import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express'
import type { Clock } from '../kit/clock.ts'
import { createDiscordFaults, type DiscordFault, type DiscordMethod } from './discord/faults.ts'
import { refused } from './discord/form-errors.ts'
import { readMessage } from './discord/message-rules.ts'
import { createMessageLog, type Message } from './discord/messages.ts'
import { createRateLimit } from './discord/rate-limit.ts'
import type { Answer } from './faults.ts'

export interface DiscordStandInOptions {
  /** Where `router` is reachable: an origin, without a trailing slash. */
  selfUrl: () => string
  clock: Clock
  /** Whether it takes no more than 30 messages in 60 seconds, as Discord does. */
  limitsRates?: boolean
  load?: () => Message[] | undefined
  /** Called after every change with what should survive a restart. */
  save?: (messages: Message[]) => void
}

interface RecordedCall {
  method: DiscordMethod
  body: unknown
  at: number
}

export interface DiscordStandIn {
  /** `POST /api/webhooks/:id/:token` and `PATCH …/messages/:messageId`; mount it where `selfUrl` says. */
  router: Router
  /** What an admin copies from the channel's settings. */
  webhookUrl(): string
  /** Of the thread in the channel. */
  threadId: string
  /** The channel's name. */
  channel: string
  /** As people see them, oldest first. */
  messages(): readonly Message[]
  /** What the product called, oldest first; the last 1000. */
  calls: readonly RecordedCall[]
  /** Returns what releases the calls that hang. */
  failNext(fault: DiscordFault): () => void
  onChange(listener: () => void): () => void
}

const CHANNEL = { id: '1180000000000000001', name: 'agent-approvals' }
const WEBHOOK = {
  id: '1180000000000000002',
  name: 'Countersign',
  token: 'sandbox-Zq3vJ8nT5kYw2LrX9mPdBc7HsGf4AeUoQi6NtVyKxCz1RbWjMlDhSgEa0FuOpIkT',
}
const THREAD_ID = '1180000000000000003'
const CALLS_KEPT = 1000

export function createDiscordStandIn(options: DiscordStandInOptions): DiscordStandIn {
  const { selfUrl, clock, load, save } = options
  const listeners = new Set<() => void>()
  const log = createMessageLog(clock, load?.() ?? [], (messages) => {
    save?.(messages)
    for (const listener of listeners) listener()
  })
  const faults = createDiscordFaults()
  const takeOne = createRateLimit(clock)
  const calls: RecordedCall[] = []

  function handle(method: DiscordMethod, work: (req: Request) => Answer) {
    return (req: Request, res: Response) => {
      calls.push({ method, body: req.body, at: clock.now() })
      if (calls.length > CALLS_KEPT) calls.shift()
      return faults.answer(
        method,
        req,
        res,
        () => strangerOf(req) ?? lostOf(req) ?? throttledOf(res) ?? work(req),
      )
    }
  }

  function throttledOf(res: Response): Answer | undefined {
    if (!options.limitsRates) return undefined
    const allowance = takeOne()
    res.set(allowance.headers)
    return allowance.refused
  }

  const router = express.Router()
  router.use(express.json({ limit: '8mb' }))
  router.post(
    '/api/webhooks/:id/:token',
    handle('post', ({ body, query }) => {
      const read = readMessage(body, query.with_components === 'true')
      if ('refused' in read) return read.refused
      const message = log.post(read.content, threadIn(query))
      if (query.wait !== 'true') return { status: 204, body: undefined }
      return { status: 200, body: asDiscord(message) }
    }),
  )
  router.patch(
    '/api/webhooks/:id/:token/messages/:messageId',
    handle('edit', ({ body, query, params }) => {
      const message = log.find(String(params.messageId))
      if (message?.threadId !== threadIn(query) || !message) return refused(404, 10008, 'Unknown Message')
      const read = readMessage(body, query.with_components === 'true')
      if ('refused' in read) return read.refused
      log.edit(message, read.content)
      return { status: 200, body: asDiscord(message) }
    }),
  )
  router.use(unreadable)

  return {
    router,
    webhookUrl: () => `${selfUrl()}/api/webhooks/${WEBHOOK.id}/${WEBHOOK.token}`,
    threadId: THREAD_ID,
    channel: CHANNEL.name,
    messages: log.list,
    calls,
    failNext: faults.failNext,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What Discord says to who does not know the webhook. */
function strangerOf({ params }: Request): Answer | undefined {
  if (params.id !== WEBHOOK.id) return refused(404, 10015, 'Unknown Webhook')
  if (params.token !== WEBHOOK.token) return refused(401, 50027, 'Invalid Webhook Token')
}

function threadIn({ thread_id }: Request['query']): string | undefined {
  return thread_id === undefined ? undefined : String(thread_id)
}

/** What it says of a thread that is not there. */
function lostOf({ query }: Request): Answer | undefined {
  const threadId = threadIn(query)
  if (threadId !== undefined && threadId !== THREAD_ID) return refused(404, 10003, 'Unknown Channel')
}

const unreadable: ErrorRequestHandler = (_error, _req, res, _next) => {
  const { status, body } = refused(400, 50109, 'The request body contains invalid JSON.')
  res.status(status).json(body)
}

/** A message as Discord shows it to an app. */
function asDiscord({ id, content, embeds, components, sentAt, editedAt, threadId }: Message) {
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  return {
    id,
    type: 0,
    content,
    channel_id: threadId ?? CHANNEL.id,
    webhook_id: WEBHOOK.id,
    author: { bot: true, id: WEBHOOK.id, username: WEBHOOK.name, avatar: null, discriminator: '0000' },
    embeds: embeds.map((embed) => ({ type: 'rich', ...embed })),
    components,
    attachments: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: false,
    flags: 0,
    timestamp: time(sentAt),
    edited_timestamp: time(editedAt),
  }
}
