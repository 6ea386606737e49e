// Sends the bot's replies into a Teams conversation, beside the HTTP answer, which does not wait for them.

import type { Activity } from 'botbuilder'
import { because } from '../../kit/cause.ts'
import type { Logger } from '../../kit/log.ts'
import type { TeamsAdapter } from './adapter.ts'

/** Where that activity came from, in its thread. A reply that fails is logged: Teams must not send the activity again. */
export type Reply = (to: Activity, message: Partial<Activity>) => void

export function createReply(adapter: TeamsAdapter, log: Logger): Reply {
  async function send({ serviceUrl, conversation }: Activity, message: Partial<Activity>): Promise<void> {
    const { conversations } = await adapter.connector(serviceUrl)
    await conversations.sendToConversation(conversation.id, message as Activity)
  }
  return (to, message) => {
    send(to, message).catch((error) => log.warn(because(error), 'a reply in Teams did not arrive'))
  }
}
