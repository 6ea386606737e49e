// Keeps which Teams conversations the sandbox has, who is in them, and where the bot is installed.

import { CHANNELS, CHATS, type Conversation, type Person, ROSTERS, TEAM } from './workspace.ts'

export interface SavedPlaces {
  channels: Conversation[]
  /** Teams and chats by id. */
  installedIn: string[]
}

export interface Places {
  list(): readonly Conversation[]
  channels(): readonly Conversation[]
  /** By the conversation's id, or that of a thread in it. */
  find(id: string): Conversation | undefined
  roster(conversation: Conversation): readonly Person[]
  isInstalled(conversation: Conversation): boolean
  /** In a channel: in the whole team. */
  install(conversation: Conversation): void
  remove(conversation: Conversation): void
  /** Adds a channel or gives it a new name. */
  keepChannel(id: string, name: string): Conversation
  dropChannel(id: string): void
  saved(): SavedPlaces
}

export function createPlaces(saved: SavedPlaces | undefined): Places {
  const channels = new Map((saved?.channels ?? CHANNELS).map((channel) => [channel.id, channel]))
  const installedIn = new Set(saved?.installedIn)

  const list = () => [...channels.values(), ...CHATS]
  const installation = ({ id, type }: Conversation) => (type === 'channel' ? TEAM.id : id)

  return {
    list,
    channels: () => [...channels.values()],
    find: (id) => list().find((conversation) => conversation.id === withoutThread(id)),
    roster: ({ type }) => ROSTERS[type],
    isInstalled: (conversation) => installedIn.has(installation(conversation)),
    install: (conversation) => void installedIn.add(installation(conversation)),
    remove: (conversation) => void installedIn.delete(installation(conversation)),
    keepChannel(id, name) {
      const channel: Conversation = { id, type: 'channel', name }
      channels.set(id, channel)
      return channel
    },
    dropChannel: (id) => void channels.delete(id),
    saved: () => ({ channels: [...channels.values()], installedIn: [...installedIn] }),
  }
}

const THREAD = ';messageid='

export function withoutThread(id: string): string {
  return id.split(THREAD)[0] as string
}

/** In a channel every post begins a thread, which is a conversation of its own. */
export function threadOf(channelId: string, rootId: string): string {
  return `${channelId}${THREAD}${rootId}`
}

export function isThread(id: string): boolean {
  return id.includes(THREAD)
}
