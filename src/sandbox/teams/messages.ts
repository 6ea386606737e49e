// Keeps the messages in the sandbox's Teams conversations, and who sees which card.

import type { Clock } from '../../kit/clock.ts'
import { isThread, threadOf, withoutThread } from './places.ts'
import type { Conversation } from './workspace.ts'

export type JsonObject = Record<string, unknown>

export interface Content {
  text: string
  /** The Adaptive Card, if there is one. */
  card?: JsonObject
}

/** Who said it: a person or the bot. */
export interface Account {
  id: string
  name: string
}

export interface Message extends Content {
  /** Epoch milliseconds, unique. */
  id: string
  /** Where clicks on it come from: in a channel with the thread. */
  conversationId: string
  from: Account
  updatedAt?: number
  /** Cards that only one person sees in place of `card`, by the person's id, until the next update. */
  views: Record<string, JsonObject>
  /** Only this person sees it; Teams forgets such messages, and so do we at a restart. */
  onlyFor?: string
}

export interface MessageLog {
  /** Of a thread, or of a whole conversation with all its threads; oldest first. */
  list(conversationId: string): readonly Message[]
  find(conversationId: string, id: string): Message | undefined
  /** Into the thread that `at` names; in a channel without one, as a thread of its own. */
  post(at: Place, from: Account, content: Content, onlyFor?: string): Message
  update(message: Message, content: Content): void
  setView(message: Message, personId: string, card: JsonObject): void
  remove(message: Message): void
  nextId(): string
  saved(): Message[]
}

export interface Place {
  conversation: Conversation
  /** The conversation's id, or that of a thread in it. */
  id: string
}

const SAVED_AT_MOST = 100

export function createMessageLog(clock: Clock, saved: Message[], changed: () => void): MessageLog {
  let messages = saved
  let lastId = messages.reduce((latest, { id }) => Math.max(latest, Number(id)), 0)

  function nextId(): string {
    lastId = Math.max(clock.now(), lastId + 1)
    return String(lastId)
  }

  function list(conversationId: string): Message[] {
    if (isThread(conversationId)) return messages.filter((one) => one.conversationId === conversationId)
    return messages.filter((one) => withoutThread(one.conversationId) === conversationId)
  }

  return {
    list,
    find: (conversationId, id) => list(conversationId).find((message) => message.id === id),
    post({ conversation, id: placeId }, from, content, onlyFor) {
      const id = nextId()
      const beginsThread = conversation.type === 'channel' && !isThread(placeId)
      const conversationId = beginsThread ? threadOf(conversation.id, id) : placeId
      const message: Message = { id, conversationId, from, ...content, views: {} }
      if (onlyFor) message.onlyFor = onlyFor
      messages.push(message)
      changed()
      return message
    },
    update(message, content) {
      delete message.card
      Object.assign(message, content, { updatedAt: clock.now(), views: {} })
      changed()
    },
    setView(message, personId, card) {
      message.views[personId] = card
      changed()
    },
    remove(message) {
      messages = messages.filter((other) => other !== message)
      changed()
    },
    nextId,
    saved: () => messages.filter((message) => !message.onlyFor).slice(-SAVED_AT_MOST),
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
