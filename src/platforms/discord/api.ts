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

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const ERRORS: Record<number, { what: 'message' | 'destination'; code: string }> = {
  10008: { what: 'message', code: 'unknown_message' },
  10015: { what: 'destination', code: 'unknown_webhook' },
  50027: { what: 'destination', code: 'invalid_webhook_token' },
  50035: { what: 'message', code: 'invalid_form_body' },
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
  // Without `with_components` the button would be dropped in silence.
  const path = messageId === undefined ? '?wait=true&' : `/messages/${messageId}?`
  const answer = await reach(outgoing, `${config.webhook_url}${path}with_components=true`, {
    method: messageId === undefined ? 'POST' : 'PATCH',
    headers: { 'content-type': 'application/json', 'user-agent': 'Countersign' },
    body: JSON.stringify(message),
    maxBytes: MOST_BYTES,
  })
  const json = jsonObject(answer.text) ?? {}
  if (answer.status !== 200) throw failureOf(answer, json, webhookOf(config).token)
  if (typeof json.id !== 'string' || !/^\d{1,20}$/.test(json.id)) throw new Failed('unexpected_answer')
  return { messageId: json.id, ...coolDown(answer) }
}

function failureOf(answer: EgressAnswer, json: Json, token: string): Error {
  const { status } = answer
  if (status === 429) {
    // Float seconds in the body; whole seconds in the header, which also Discord's proxy sets.
    const asked = json.retry_after ?? answer.headers['retry-after']
    return new Throttled(pauseMs(asked, { unnamedMs: PAUSE_MS }))
  }
  const said = typeof json.message === 'string' && oneLine(json.message).replaceAll(token, '…')
  const excerpt = said ? shortened(said, MOST_EXCERPT - 1) : null
  const known = typeof json.code === 'number' ? ERRORS[json.code] : undefined
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
