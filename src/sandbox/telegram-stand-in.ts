// Stands in for Telegram when there is none: the Bot API of one bot and the chats that it is in, on loopback.

import express, { type Router } from 'express'
import type { Clock } from '../kit/clock.ts'
import { createBotApi } from './telegram/bot-api.ts'
import { type Chat, createChats } from './telegram/chats.ts'
import { createTelegramFaults, type TelegramFault } from './telegram/faults.ts'
import { isObject, type JsonObject } from './telegram/message-rules.ts'
import { createMessageLog, type Message } from './telegram/messages.ts'
import { createRateLimit } from './telegram/rate-limit.ts'

export interface SavedTelegram {
  chats: Chat[]
  messages: Message[]
}

export interface TelegramStandInOptions {
  botToken: string
  /** Where `router` is reachable, without a trailing slash. */
  selfUrl: () => string
  clock: Clock
  /** Whether it takes only so much of a bot and in a chat, as Telegram does. */
  limitsRates?: boolean
  load?: () => SavedTelegram | undefined
  /** Called after every change with what should survive a restart. */
  save?: (saved: SavedTelegram) => void
}

interface RecordedCall {
  method: string
  args: JsonObject
  at: number
}

export interface TelegramStandIn {
  /** `POST /bot<token>/:method`; mount it where `selfUrl` says. */
  router: Router
  /** What the product takes as `TELEGRAM_API_URL`. */
  apiUrl(): string
  chats(): readonly Chat[]
  /** Of one chat as people see them, oldest first. */
  messages(chatId: number): readonly Message[]
  /** What the product called, oldest first; the last 1000. Without the token. */
  calls: readonly RecordedCall[]
  /** Somebody makes a supergroup of a group, which is another chat. Throws for an unknown one. */
  upgrade(chatId: number): Chat
  /** Returns what releases the calls that hang. */
  failNext(fault: TelegramFault): () => void
  onChange(listener: () => void): () => void
}

const BOT_NAME = 'Countersign'
const CALLS_KEPT = 1000

export function createTelegramStandIn(options: TelegramStandInOptions): TelegramStandIn {
  const { botToken, selfUrl, clock, load, save } = options
  const loaded = load?.()
  const chats = createChats(loaded?.chats)
  const log = createMessageLog(clock, loaded?.messages ?? [], changed)
  const faults = createTelegramFaults()
  const calls: RecordedCall[] = []
  const listeners = new Set<() => void>()
  const takeOne = options.limitsRates ? createRateLimit(clock) : () => undefined
  const api = createBotApi({ log, chats, botToken, botName: BOT_NAME, takeOne })

  function changed(): void {
    save?.({ chats: [...chats.list()], messages: log.saved() })
    for (const listener of listeners) listener()
  }

  const router = express.Router()
  router.use(express.json({ limit: '8mb' }))
  router.post('/bot:token/:method', async (req, res) => {
    const { token, method } = req.params
    const args = isObject(req.body) ? req.body : {}
    calls.push({ method, args, at: clock.now() })
    if (calls.length > CALLS_KEPT) calls.shift()
    await faults.answer(method, req, res, () => api(token, method, args))
  })

  return {
    router,
    apiUrl: selfUrl,
    chats: chats.list,
    messages: log.list,
    calls,
    upgrade(chatId) {
      const chat = chats.find(chatId)
      if (!chat) throw new Error(`no such chat: ${chatId}`)
      const upgraded = chats.upgrade(chat)
      changed()
      return upgraded
    },
    failNext: faults.failNext,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
