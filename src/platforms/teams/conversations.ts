// Keeps in the database where the Teams app may post: the conversations to which it was added.

import type { Conversation, PlatformState } from '../platform.ts'

export interface KnownConversation extends Conversation {
  tenantId: string
  /** Where the Bot Connector of its region is. */
  serviceUrl: string
  /** Of a channel. */
  teamId?: string
}

export interface Conversations {
  find(id: string): Promise<KnownConversation | undefined>
  /** Also renames it, and follows it to another region. */
  remember(conversation: KnownConversation): Promise<void>
  forget(id: string): Promise<void>
  /** The newest first. */
  list(): Promise<KnownConversation[]>
}

const PREFIX = 'conversation:'

export function createConversations(state: PlatformState): Conversations {
  const find: Conversations['find'] = (id) => state.get(PREFIX + id)
  return {
    find,
    async remember(conversation) {
      const before = await find(conversation.id)
      await state.set(PREFIX + conversation.id, {
        ...conversation,
        addedAt: before?.addedAt ?? conversation.addedAt,
      })
    },
    forget: (id) => state.remove(PREFIX + id),
    async list() {
      return (await state.list<KnownConversation>(PREFIX)).sort((a, b) => b.addedAt - a.addedAt)
    },
  }
}
