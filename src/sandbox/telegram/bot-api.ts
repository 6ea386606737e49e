// Plays Telegram's Bot API: answers the methods that the product calls, with Telegram's own refusals.

import type { Answer } from '../faults.ts'
import type { Chat, Chats } from './chats.ts'
import { tooMany } from './faults.ts'
import { badRequest, type JsonObject, readMessage, refused } from './message-rules.ts'
import type { Message, MessageLog } from './messages.ts'

export interface BotApiOptions {
  log: MessageLog
  chats: Chats
  botToken: string
  botName: string
  /** Counts a message; the seconds to wait when it is too much. */
  takeOne: (chat: Chat) => number | undefined
}

/** Why a message that is edited to what it is stays as it was. */
const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'

export function createBotApi(options: BotApiOptions) {
  const { log, chats, botToken, botName, takeOne } = options

  /** The chat that is meant, or why the bot cannot reach it. */
  function chatOf({ chat_id }: JsonObject): Chat | Answer {
    const chat = chats.find(chat_id)
    if (!chat) return badRequest('chat not found')
    if (chat.upgradedTo === undefined) return chat
    const parameters = { migrate_to_chat_id: chat.upgradedTo }
    return badRequest('group chat was upgraded to a supergroup chat', parameters)
  }

  const methods: Record<string, (args: JsonObject) => Answer> = {
    getChat(args) {
      const chat = chatOf(args)
      return 'status' in chat ? chat : { status: 200, body: { ok: true, result: chatAsTelegram(chat) } }
    },

    sendMessage(args) {
      const chat = chatOf(args)
      if ('status' in chat) return chat
      const waitSeconds = takeOne(chat)
      if (waitSeconds !== undefined) return tooMany(waitSeconds)
      const threadId = args.message_thread_id as number | undefined
      if (threadId !== undefined && !chat.topics.includes(threadId)) {
        return badRequest('message thread not found')
      }
      const read = readMessage(args)
      if ('refused' in read) return read.refused
      return done(chat, log.post(chat.id, read.content, threadId))
    },

    editMessageText(args) {
      const chat = chatOf(args)
      if ('status' in chat) return chat
      const message = log.find(chat.id, args.message_id)
      if (!message) return badRequest('message to edit not found')
      const read = readMessage(args)
      if ('refused' in read) return read.refused
      return log.edit(message, read.content) ? done(chat, message) : badRequest(NOT_MODIFIED)
    },
  }

  function done(chat: Chat, message: Message): Answer {
    return { status: 200, body: { ok: true, result: asTelegram(chat, message, botName) } }
  }

  return (token: string, method: string, args: JsonObject): Answer => {
    if (token !== botToken) return refused(401, 'Unauthorized')
    const answer = Object.hasOwn(methods, method) && methods[method]
    return answer ? answer(args) : refused(404, 'Not Found: method not found')
  }
}

/** A message as Telegram shows it to a bot. */
function asTelegram(chat: Chat, message: Message, botName: string): JsonObject {
  const { buttons, text, entities, threadId, sentAt, editedAt } = message
  const seconds = (ms: number) => Math.floor(ms / 1000)
  return {
    message_id: message.id,
    ...(threadId !== undefined && { message_thread_id: threadId }),
    from: { id: 123456789, is_bot: true, first_name: botName },
    chat: chatAsTelegram(chat),
    date: seconds(sentAt),
    ...(editedAt !== undefined && { edit_date: seconds(editedAt) }),
    text,
    entities,
    ...(buttons.length > 0 && { reply_markup: { inline_keyboard: buttons } }),
  }
}

function chatAsTelegram({ id, type, title, username }: Chat): JsonObject {
  const named = type === 'private' ? { first_name: title } : { title }
  return { id, type, ...named, ...(username && { username }) }
}
