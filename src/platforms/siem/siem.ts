// Sends events to a SIEM, which collects them: many at once, in the format that it reads.

import type { EventView } from '../../events/event.ts'
import type { Clock } from '../../kit/clock.ts'
import { sentHeaders } from '../chosen-headers.ts'
import { withoutDetails } from '../compact-event.ts'
import type { Destination, Platform, PlatformKind, Posted } from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { failureOf } from './answer.ts'
import { type SiemConfig, siemConfig } from './config.ts'
import { requestBody } from './request-body.ts'

/** A short answer is read so that the connection can be used again. */
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
    secrets: ['url', 'headers'],
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
  /** In their order, and in one request. */
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
    const failure = failureOf(answer, config.preset, clock.now())
    if (failure) throw failure
    return {}
  }

  return {
    check: ({ url }) => outgoing.egress.refusal(url),
    post: ({ event }, to) => send([event], to),
    digest: ({ events }, to) => send(events, to),
  }
}
