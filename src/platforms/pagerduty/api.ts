// Calls PagerDuty once per send, with its refusals as our errors, which never contain the routing key.

import type { EgressAnswer } from '../../kit/egress.ts'
import { jsonObject } from '../../kit/json-object.ts'
import { oneLine, shortened } from '../content/text.ts'
import { Failed, Throttled, Undeliverable } from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { pauseMs } from '../retry-after.ts'
import type { PagerDutyConfig } from './config.ts'
import type { Trigger } from './trigger.ts'

/** What shall become of an incident; one that is not open cannot be acknowledged or resolved, and that is no error. */
export type Change = ({ event_action: 'trigger' } & Trigger) | { event_action: 'acknowledge' | 'resolve' }

const MOST_BYTES = 16_384
/** Where the answer to 429 names no time: as PagerDuty suggests in its documentation of the limit. */
const PAUSE_MS = 30_000
const MOST_EXCERPT = 200

type Json = Record<string, unknown>

/** Resolves once PagerDuty has taken it. Throws Throttled, Failed or Undeliverable. */
export async function sendToPagerDuty(
  outgoing: Outgoing,
  eventsUrl: string,
  { routing_key }: PagerDutyConfig,
  change: Change & { dedup_key: string },
): Promise<void> {
  const answer = await reach(outgoing, `${eventsUrl}/v2/enqueue`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Countersign' },
    body: JSON.stringify({ routing_key, ...change }),
    maxBytes: MOST_BYTES,
  })
  const json = jsonObject(answer.text) ?? {}
  if (answer.status !== 202) throw failureOf(answer, json, routing_key)
  if (json.status !== 'success') throw new Failed('unexpected_answer')
}

/** https://developer.pagerduty.com/docs/events-api-v2-overview, "Response Codes & Retry Logic" */
function failureOf({ status, headers, text }: EgressAnswer, json: Json, routingKey: string): Error {
  if (status === 429) return new Throttled(pauseMs(headers['retry-after'], { unnamedMs: PAUSE_MS }))
  const said = typeof json.status === 'string' ? [json.message, json.errors].flat().filter(isText) : []
  const words = oneLine(said.join(' ')).replaceAll(routingKey, '…')
  const excerpt = said.length > 0 ? shortened(words, MOST_EXCERPT - 1) : null
  if (status !== 400) return new Failed(`http_${status}`, excerpt)
  // Beside JSON that says so, PagerDuty answers in these words alone.
  if (/routing[ _]key/i.test(excerpt ?? text)) {
    return new Undeliverable('destination', 'invalid_routing_key', excerpt)
  }
  // Without words of PagerDuty's it is something on the way to it that speaks.
  return excerpt === null ? new Failed('http_400') : new Undeliverable('message', 'invalid_event', excerpt)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
