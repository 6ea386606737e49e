// Keeps which chats the sandbox's Telegram bot is in, and which of them have become another one.

export interface Chat {
  /** Negative for groups and channels, as Telegram numbers them. */
  id: number
  type: 'private' | 'group' | 'supergroup' | 'channel'
  title: string
  /** Of a public channel, without the `@`. */
  username?: string
  /** The threads of a forum. */
  topics: number[]
  /** A group that grew into a supergroup. */
  upgradedTo?: number
}

const CHATS: Chat[] = [
  { id: -1001200000001, type: 'supergroup', title: 'Agent approvals', topics: [7] },
  { id: -4200000001, type: 'group', title: 'On call', topics: [] },
  { id: -1001200000002, type: 'channel', title: 'Agent alerts', username: 'agent_alerts', topics: [] },
  { id: 720000001, type: 'private', title: 'Ana Ruiz', topics: [] },
]

export interface Chats {
  list(): readonly Chat[]
  /** By number, also as text, or by a channel's @name. */
  find(id: unknown): Chat | undefined
  /** Makes a supergroup of a group: another chat. */
  upgrade(chat: Chat): Chat
}

export function createChats(saved: Chat[] | undefined): Chats {
  const chats = structuredClone(saved ?? CHATS)
  return {
    list: () => chats,
    find: (id) =>
      chats.find((chat) => String(id) === String(chat.id) || (chat.username && id === `@${chat.username}`)),
    upgrade(chat) {
      const id = -1001900000000 - chats.length
      chat.upgradedTo = id
      const upgraded: Chat = { id, type: 'supergroup', title: chat.title, topics: [] }
      chats.push(upgraded)
      return upgraded
    },
  }
}
