// Sends events to a SIEM, which collects them: many at once, in the format that it reads.

import type { EventView } from '../../events/event.ts'
import type { Clock } from '../../kit/clock.ts'
import type { EgressAnswer } from '../../kit/egress.ts'
import { sentHeaders } from '../chosen-headers.ts'
import { withoutDetails } from '../compact-event.ts'
import {
  type Destination,
  Failed,
  type Platform,
  type PlatformKind,
  type Posted,
  Throttled,
  Undeliverable,
} from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { pauseMs } from '../retry-after.ts'
import { type SiemConfig, siemConfig } from './config.ts'
import { requestBody } from './request-body.ts'

/** Only the status counts; a short answer is read so that the connection can be used again. */
const MOST_ANSWER_BYTES = 16_384
/**
 * However long their texts are, so many fit into one request of 1 MB, which Splunk Cloud takes; Datadog takes 1,000
 * events and 5 MB.
 */
const MOST_AT_ONCE = 200

export function siem(env: Outgoing & { clock: Clock }): PlatformKind<SiemConfig> {
  return {
    name: 'siem',
    config: siemConfig,
    secrets: ['headers'],
    retryPolicy: 'patient',
    audience: 'machines',
    batch: MOST_AT_ONCE,
    keepsExcerpts: false,
    host: ({ url }) => URL.parse(url)?.host,
    pace: () => [],
    create: () => createSiem(env),
  }
}

function createSiem({ clock, ...outgoing }: Outgoing & { clock: Clock }): Platform<SiemConfig> {
  /** In their order, and in one request: they are taken together or not at all. */
  async function send(
    events: EventView[],
    { config, includeDetails }: Destination<SiemConfig>,
  ): Promise<Posted> {
    const told = includeDetails ? events : events.map(withoutDetails)
    const { contentType, text } = await requestBody(told, config)
    const answer = await reach(outgoing, config.url, {
      method: 'POST',
      headers: { ...sentHeaders(config.headers), 'content-type': contentType },
      body: text,
      maxBytes: MOST_ANSWER_BYTES,
    })
    if (answer.status < 200 || answer.status > 299) throw failureOf(answer, clock.now())
    return {}
  }

  return {
    check: ({ url }) => outgoing.egress.refusal(url),
    post: ({ event }, to) => send([event], to),
    digest: ({ events }, to) => send(events, to),
  }
}

/**
 * 400 and 413 are about the content: who sent many finds out which by sending fewer. A wrong or withdrawn token (401,
 * 403) is tried again for a day, like whatever else can be put right: a SIEM that is switched off misses what happens
 * until somebody switches it on. Only 410 says that nobody will.
 */
function failureOf({ status, headers }: EgressAnswer, now: number): Error {
  if (status === 400 || status === 413) return new Undeliverable('message', `http_${status}`)
  if (status === 410) return new Undeliverable('destination', 'http_410')
  if (status === 429) return new Throttled(pauseMs(headers['retry-after'], { now }))
  return new Failed(`http_${status}`)
}
