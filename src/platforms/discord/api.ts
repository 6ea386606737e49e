// Calls Discord once per send, with its refusals as our errors.

import type { EgressAnswer } from '../../kit/egress.ts'
import { jsonObject } from '../../kit/json-object.ts'
import { oneLine, shortened } from '../content/text.ts'
import { Failed, Throttled, Undeliverable } from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { pauseMs } from '../retry-after.ts'
import { type DiscordConfig, webhookOf } from './config.ts'
import type { DiscordMessage } from './message.ts'

const MOST_BYTES = 500_000
const LONGEST_PAUSE_MS = 3_600_000
/** Where the answer to 429 names no time. */
const PAUSE_MS = 5_000
const MOST_EXCERPT = 200

interface Meaning {
  what: 'message' | 'destination'
  code: string
}

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const ERRORS: Record<number, Meaning> = {
  10003: { what: 'destination', code: 'unknown_channel' },
  10004: { what: 'destination', code: 'unknown_server' },
  10008: { what: 'message', code: 'unknown_message' },
  10015: { what: 'destination', code: 'unknown_webhook' },
  10016: { what: 'destination', code: 'unknown_webhook' },
  20009: { what: 'message', code: 'blocked_by_server' },
  40058: { what: 'destination', code: 'post_not_begun' },
  50001: { what: 'destination', code: 'missing_access' },
  50008: { what: 'destination', code: 'wrong_channel_type' },
  50013: { what: 'destination', code: 'missing_permissions' },
  50024: { what: 'destination', code: 'wrong_channel_type' },
  50027: { what: 'destination', code: 'invalid_webhook_token' },
  50035: { what: 'message', code: 'invalid_form_body' },
  50083: { what: 'destination', code: 'thread_archived' },
  160005: { what: 'destination', code: 'thread_locked' },
  160006: { what: 'destination', code: 'too_many_threads' },
  200000: { what: 'message', code: 'blocked_by_server' },
  200001: { what: 'message', code: 'blocked_by_server' },
  220001: { what: 'destination', code: 'thread_id_missing' },
  220002: { what: 'destination', code: 'thread_not_allowed' },
  220003: { what: 'destination', code: 'thread_not_allowed' },
  220004: { what: 'destination', code: 'webhook_not_allowed' },
  240000: { what: 'message', code: 'blocked_by_server' },
}
/** A new message opens an archived thread again; one that stands there can no longer be edited. */
const EDIT_ERRORS: Record<number, Meaning> = {
  50083: { what: 'message', code: 'thread_archived' },
  160005: { what: 'message', code: 'thread_locked' },
}

export interface Sent {
  messageId: string
  coolDownMs?: number
}

type Json = Record<string, unknown>

/** Posts, or edits the message of that id. Throws Throttled, Failed or Undeliverable. */
export async function sendToDiscord(
  outgoing: Outgoing,
  config: DiscordConfig,
  message: DiscordMessage,
  messageId?: string,
): Promise<Sent> {
  const isEdit = messageId !== undefined
  const { url, token, threadId } = webhookOf(config)
  const query = new URLSearchParams({
    // Without it the button would be dropped in silence.
    with_components: 'true',
    ...(threadId !== undefined && { thread_id: threadId }),
    ...(!isEdit && { wait: 'true' }),
  })
  const answer = await reach(outgoing, `${url}${isEdit ? `/messages/${messageId}` : ''}?${query}`, {
    method: isEdit ? 'PATCH' : 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Countersign' },
    body: JSON.stringify(message),
    maxBytes: MOST_BYTES,
  })
  const json = jsonObject(answer.text) ?? {}
  if (answer.status !== 200) throw failureOf(answer, json, { token, isEdit })
  if (typeof json.id !== 'string' || !/^\d{1,20}$/.test(json.id)) throw new Failed('unexpected_answer')
  return { messageId: json.id, ...coolDown(answer) }
}

function failureOf(
  answer: EgressAnswer,
  json: Json,
  { token, isEdit }: { token: string; isEdit: boolean },
): Error {
  const { status } = answer
  if (status === 429) {
    // Float seconds in the body; whole seconds in the header, which also Discord's proxy sets.
    const asked = json.retry_after ?? answer.headers['retry-after']
    return new Throttled(pauseMs(asked, { unnamedMs: PAUSE_MS }))
  }
  const said = typeof json.message === 'string' && oneLine(json.message).replaceAll(token, '…')
  const excerpt = said ? shortened(said, MOST_EXCERPT - 1) : null
  const known =
    typeof json.code === 'number' ? { ...ERRORS, ...(isEdit && EDIT_ERRORS) }[json.code] : undefined
  if (known) return new Undeliverable(known.what, known.code, excerpt)
  if (status === 400) return new Undeliverable('message', 'bad_request', excerpt)
  return new Failed(`http_${status}`, excerpt)
}

/** Discord says beforehand when its bucket is empty. */
function coolDown({ headers }: EgressAnswer): { coolDownMs?: number } {
  const seconds = Number(headers['x-ratelimit-reset-after'])
  if (headers['x-ratelimit-remaining'] !== '0' || !(seconds > 0)) return {}
  return { coolDownMs: Math.min(LONGEST_PAUSE_MS, Math.ceil(seconds * 1000)) }
}
