// Plays how a bot in Teams opens its own chat with a person: the same one each time, with the first message in it.

import type { Answer } from '../faults.ts'
import { readActivity } from './activity-rules.ts'
import { refused } from './faults.ts'
import { type Account, isObject, type MessageLog } from './messages.ts'
import type { Places } from './places.ts'
import { type Conversation, type Person, TENANT_ID, WORKSPACE } from './workspace.ts'

/** The bot's own chat with each, whoever opened it. */
function chatWith({ id, name }: Person): Conversation {
  const { people, places } = WORKSPACE
  const chatId = id === people.ana.id ? places.personal : `a:1${id.slice('29:1'.length)}`
  return { id: chatId, type: 'personal', name }
}

/**
 * Only with one person who is where the bot is. What Teams refuses:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
 */
export function openChat(
  body: unknown,
  { bot, log, places }: { bot: Account; log: MessageLog; places: Places },
): Answer {
  if (!isObject(body)) return MALFORMED
  const [member, ...others] = Array.isArray(body.members) ? body.members : []
  if (body.isGroup !== false || !isObject(member) || others.length > 0) return MALFORMED
  if (body.tenantId !== TENANT_ID) return refused(403, 'Forbidden', 'The tenant is missing or is another.')
  const met = places.list().filter(places.isInstalled).flatMap(places.roster)
  const person = met.find(({ id }) => id === member.id)
  if (!person) {
    return refused(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.')
  }
  const chat = chatWith(person)
  if (body.activity !== undefined) {
    const read = readActivity(body.activity)
    if ('refused' in read) return read.refused
    if (read.content) log.post({ conversation: chat, id: chat.id }, bot, read.content)
  }
  return { status: 201, body: { id: chat.id } }
}

const MALFORMED = refused(400, 'BadSyntax', 'Incorrect conversation creation parameters')
