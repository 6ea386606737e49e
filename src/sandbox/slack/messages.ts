// Keeps the messages that are in the sandbox's Slack channels.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kit/clock.ts'
import { APP_ID, BOT, TEAM } from './workspace.ts'

export type JsonObject = Record<string, unknown>

export interface Content {
  text: string
  blocks: JsonObject[]
  attachments: JsonObject[]
}

export interface Message extends Content {
  type: 'message'
  channel: string
  /** Slack's name for a message in its channel: seconds and six digits, unique. */
  ts: string
  team: string
  user: string
  bot_id?: string
  app_id?: string
  edited?: { user: string; ts: string }
  /** Only this user sees it; Slack forgets such messages, and so do we at a restart. */
  ephemeralFor?: string
}

export type SavedMessages = Message[]

export interface MessageLog {
  list(channel: string): Message[]
  find(channel: string, ts: string): Message | undefined
  post(
    channel: string,
    content: Content,
    how?: { onlyFor?: string | undefined; bySlackbot?: boolean; byWebhook?: boolean },
  ): Message
  replace(message: Message, content: Content): void
  remove(message: Message): void
  nextTs(): string
  onChange(listener: () => void): () => void
}

const SAVED_AT_MOST = 100
const APP_AUTHOR = { user: BOT.userId, bot_id: BOT.botId, app_id: APP_ID }
/** No user wrote it, so that nobody may update it. */
const WEBHOOK_AUTHOR = { user: '', bot_id: 'B0WEBHOOK0', app_id: APP_ID }

export function createMessageLog(
  clock: Clock,
  load: () => SavedMessages | undefined,
  save: (messages: SavedMessages) => void,
): MessageLog {
  const messages: Message[] = load() ?? []
  const listeners = new Set<() => void>()
  let lastMicros = messages.reduce((latest, { ts }) => Math.max(latest, Number(ts.replace('.', ''))), 0)

  function nextTs(): string {
    lastMicros = Math.max(clock.now() * 1000 + 100, lastMicros + 100)
    const digits = String(lastMicros)
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`
  }

  function changed(): void {
    save(messages.filter((message) => !message.ephemeralFor).slice(-SAVED_AT_MOST))
    for (const listener of listeners) listener()
  }

  return {
    list: (channel) => messages.filter((message) => message.channel === channel),
    find: (channel, ts) => messages.find((message) => message.channel === channel && message.ts === ts),
    post(channel, content, { onlyFor, bySlackbot = false, byWebhook = false } = {}) {
      const app = byWebhook ? WEBHOOK_AUTHOR : APP_AUTHOR
      const author = bySlackbot ? { user: 'USLACKBOT' } : app
      const head = { type: 'message', channel, ts: nextTs(), team: TEAM.id, ...author } as const
      const message: Message = { ...head, ...withIds(content) }
      if (onlyFor) message.ephemeralFor = onlyFor
      messages.push(message)
      changed()
      return message
    },
    replace(message, content) {
      Object.assign(message, withIds(content), { edited: { user: message.user, ts: nextTs() } })
      changed()
    },
    remove(message) {
      messages.splice(messages.indexOf(message), 1)
      changed()
    },
    nextTs,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Slack names every block, element and attachment that the app left unnamed. */
function withIds(content: Content): Content {
  return {
    text: content.text,
    blocks: withBlockIds(content.blocks),
    attachments: content.attachments.map((attachment, index) => ({
      id: index + 1,
      ...attachment,
      ...(Array.isArray(attachment.blocks) ? { blocks: withBlockIds(attachment.blocks) } : {}),
    })),
  }
}

export function withBlockIds(blocks: JsonObject[]): JsonObject[] {
  return blocks.map(nameBlock)
}

function nameBlock(block: JsonObject): JsonObject {
  const named: JsonObject = { block_id: randomId(), ...block }
  if (block.type === 'actions' && Array.isArray(block.elements)) {
    named.elements = block.elements.map((element: JsonObject) => ({ action_id: randomId(), ...element }))
  }
  if (isObject(block.accessory)) named.accessory = { action_id: randomId(), ...block.accessory }
  if (isObject(block.element)) named.element = { action_id: randomId(), ...block.element }
  return named
}

function randomId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
