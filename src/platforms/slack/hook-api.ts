// Calls Slack's incoming webhooks and response_urls once per send, with Slack's refusals as our errors.

import type { Clock } from '../../kit/clock.ts'
import type { EgressAnswer } from '../../kit/egress.ts'
import { Failed, type SendError, Throttled, Undeliverable } from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { pauseMs } from '../retry-after.ts'
import { codeOf, failureOf } from './failures.ts'

const MOST_BYTES = 100_000

/** Throws Throttled, Failed or Undeliverable. */
export type PostToHook = (url: string, message: object) => Promise<void>

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function hookApi(outgoing: Outgoing, clock: Clock): PostToHook {
  return async (url, message) => {
    const answer = await reach(outgoing, url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Countersign' },
      body: JSON.stringify(message),
      maxBytes: MOST_BYTES,
    })
    const said = saidIn(answer.text)
    if (answer.status !== 200 || said !== 'ok') throw refusalOf(answer, said, clock.now())
  }
}

function refusalOf({ status, headers }: EgressAnswer, said: string | undefined, now: number): SendError {
  if (status === 429) return new Throttled(pauseMs(headers['retry-after'], { now }))
  if (status === 200) return said === undefined ? new Failed('unexpected_answer') : failureOf(said)
  // Slack's own word counts only where it says no: what fails on its side may work later.
  const known = status < 500 && said !== undefined ? failureOf(said) : undefined
  if (known instanceof Undeliverable) return known
  return status === 400 ? new Undeliverable('message', said ?? 'http_400') : new Failed(`http_${status}`)
}

/** A webhook answers one plain word, a response_url also `{"ok":true}`; undefined for whatever else came. */
function saidIn(text: string): string | undefined {
  if (!text.startsWith('{')) return codeOf(text.trim())
  try {
    const { ok, error } = JSON.parse(text)
    return ok === true ? 'ok' : codeOf(error)
  } catch {
    return undefined
  }
}
