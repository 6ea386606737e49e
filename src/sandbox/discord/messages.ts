// Keeps the messages that are in the sandbox's Discord channel.

import type { Clock } from '../../kit/clock.ts'
import type { Content } from './message-rules.ts'

export interface Message extends Content {
  /** A snowflake: epoch milliseconds of Discord's and a counter, unique. */
  id: string
  /** Epoch milliseconds. */
  sentAt: number
  editedAt?: number
  /** Absent: it stands in the channel itself. */
  threadId?: string
}

export interface MessageLog {
  /** Oldest first. */
  list(): readonly Message[]
  find(id: string): Message | undefined
  post(content: Content, threadId: string | undefined): Message
  edit(message: Message, content: Content): void
}

const SAVED_AT_MOST = 100
const DISCORD_EPOCH_MS = 1_420_070_400_000
const PER_MS = 4_194_304n

export function createMessageLog(
  clock: Clock,
  saved: Message[],
  changed: (messages: Message[]) => void,
): MessageLog {
  const messages = saved
  let lastId = messages.reduce((latest, { id }) => (BigInt(id) > latest ? BigInt(id) : latest), 0n)

  function nextId(): string {
    const now = BigInt(clock.now() - DISCORD_EPOCH_MS) * PER_MS
    lastId = now > lastId ? now : lastId + 1n
    return String(lastId)
  }
  const changedNow = () => changed(messages.slice(-SAVED_AT_MOST))

  return {
    list: () => messages,
    find: (id) => messages.find((message) => message.id === id),
    post(content, threadId) {
      const message: Message = {
        id: nextId(),
        ...content,
        sentAt: clock.now(),
        ...(threadId !== undefined && { threadId }),
      }
      messages.push(message)
      changedNow()
      return message
    },
    edit(message, content) {
      Object.assign(message, content, { editedAt: clock.now() })
      changedNow()
    },
  }
}
