// Keeps the messages that are in the sandbox's Telegram chats.

import type { Clock } from '../../kit/clock.ts'
import type { Content } from './message-rules.ts'

export interface Message extends Content {
  /** Counted in its chat. */
  id: number
  chatId: number
  threadId?: number
  /** Epoch milliseconds. */
  sentAt: number
  editedAt?: number
}

export interface MessageLog {
  /** Of one chat, oldest first. */
  list(chatId: number): readonly Message[]
  find(chatId: number, id: unknown): Message | undefined
  post(chatId: number, content: Content, threadId?: number): Message
  /** false when it says just that already, which Telegram refuses. */
  edit(message: Message, content: Content): boolean
  saved(): Message[]
}

const SAVED_AT_MOST = 100

export function createMessageLog(clock: Clock, saved: Message[], changed: () => void): MessageLog {
  const messages = saved
  const list = (chatId: number) => messages.filter((message) => message.chatId === chatId)

  return {
    list,
    find: (chatId, id) => list(chatId).find((message) => message.id === Number(id)),
    post(chatId, content, threadId) {
      const id = 1 + list(chatId).reduce((latest, message) => Math.max(latest, message.id), 0)
      const thread = threadId === undefined ? {} : { threadId }
      const message: Message = { id, chatId, ...thread, ...content, sentAt: clock.now() }
      messages.push(message)
      changed()
      return message
    },
    edit(message, content) {
      const { text, entities, buttons, hasPreview } = message
      if (JSON.stringify({ text, entities, buttons, hasPreview }) === JSON.stringify(content)) return false
      Object.assign(message, content, { editedAt: clock.now() })
      changed()
      return true
    },
    saved: () => messages.slice(-SAVED_AT_MOST),
  }
}
