// Calls Telegram once per send, with its refusals as our errors, which never contain the token.

import type { EgressAnswer } from '../../kit/egress.ts'
import { jsonObject } from '../../kit/json-object.ts'
import { oneLine, shortened } from '../content/text.ts'
import { Failed, Throttled, Undeliverable } from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { pauseMs } from '../retry-after.ts'

const MOST_BYTES = 500_000
/** Where the answer to 429 names no time. */
const PAUSE_MS = 5_000
const MOST_EXCERPT = 200

/** Telegram has words for its errors and no codes; https://github.com/tdlib/telegram-bot-api. The first that fits counts. */
const ERRORS: [words: RegExp, what: 'message' | 'destination', code: string][] = [
  [/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i, 'message', 'message_not_found'],
  [/TOPIC_CLOSED/, 'destination', 'topic_closed'],
  [/TOPIC_DELETED/, 'destination', 'topic_deleted'],
  [/message thread not found|TOPIC_ID_INVALID/i, 'destination', 'thread_not_found'],
  [/PEER_ID_INVALID|CHAT_ID_INVALID/, 'destination', 'peer_id_invalid'],
  [/chat not found/i, 'destination', 'chat_not_found'],
  [/chat (was|is) (deactivated|deleted)/i, 'destination', 'chat_deactivated'],
  [/user is deactivated|USER_DEACTIVATED/i, 'destination', 'user_deactivated'],
  [/blocked by the user|USER_IS_BLOCKED/i, 'destination', 'bot_blocked'],
  [/kicked|USER_BANNED_IN_CHANNEL/i, 'destination', 'bot_kicked'],
  [/not a member|CHANNEL_PRIVATE|USER_NOT_PARTICIPANT/i, 'destination', 'bot_not_member'],
  [/can't initiate conversation/i, 'destination', 'conversation_not_begun'],
  [/ALLOW_PAYMENT_REQUIRED/, 'destination', 'payment_required'],
  [
    /not enough rights|no rights|need administrator rights|_FORBIDDEN|CHAT_ADMIN_REQUIRED|CHAT_RESTRICTED/i,
    'destination',
    'no_rights',
  ],
]

type Json = Record<string, unknown>

/** The group became a supergroup, which has another id. */
export class Moved extends Failed {
  readonly chatId: string
  constructor(chatId: string) {
    super('chat_moved')
    this.chatId = chatId
  }
}

/** How to call a method of a bot; resolves to its result. Throws Throttled, Failed (also as Moved) or Undeliverable. */
export type CallTelegram = (token: string, method: string, args: object) => Promise<Json>

/** Editing to what already stands there resolves too. */
export function telegramApi(outgoing: Outgoing, apiUrl: string): CallTelegram {
  return async (token, method, args) => {
    const answer = await reach(outgoing, `${apiUrl}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Countersign' },
      body: JSON.stringify(args),
      maxBytes: MOST_BYTES,
    })
    const json = jsonObject(answer.text) ?? {}
    if (answer.status === 200 && json.ok === true) return object(json.result)
    if (answer.status === 400 && /message is not modified/i.test(String(json.description))) return {}
    throw failureOf(answer, json, token)
  }
}

function failureOf(answer: EgressAnswer, json: Json, token: string): Error {
  const { status } = answer
  const parameters = object(json.parameters)
  if (status === 429)
    return new Throttled(
      pauseMs(parameters.retry_after ?? answer.headers['retry-after'], { unnamedMs: PAUSE_MS }),
    )
  // Without these words it is not Telegram that speaks, but something on the way to it.
  if (json.ok !== false || typeof json.description !== 'string') {
    return new Failed(status === 200 ? 'unexpected_answer' : `http_${status}`)
  }
  const said = json.description
  const excerpt = shortened(oneLine(said).replaceAll(token, '…'), MOST_EXCERPT - 1)
  if (status === 401) return new Undeliverable('destination', 'unauthorized', excerpt)
  // Of a token that Telegram never gave out. Of a method that a server does not know, it says more.
  if (status === 404 && said === 'Not Found') return new Undeliverable('destination', 'not_found', excerpt)
  if (status !== 400 && status !== 403) return new Failed(`http_${status}`, excerpt)
  if (Number.isSafeInteger(parameters.migrate_to_chat_id)) {
    return new Moved(String(parameters.migrate_to_chat_id))
  }
  const [, what, code] = ERRORS.find(([words]) => words.test(said)) ?? []
  if (what !== undefined && code !== undefined) return new Undeliverable(what, code, excerpt)
  return status === 403
    ? new Undeliverable('destination', 'forbidden', excerpt)
    : new Undeliverable('message', 'bad_request', excerpt)
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}
