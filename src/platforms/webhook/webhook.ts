// Sends each event to a webhook, which is an address of somebody's own, in one signed POST.

import type { Clock } from '../../kit/clock.ts'
import type { EgressAnswer } from '../../kit/egress.ts'
import { sentHeaders } from '../chosen-headers.ts'
import { compactEvent, withoutDetails } from '../compact-event.ts'
import {
  type Destination,
  Failed,
  type Platform,
  type PlatformKind,
  Throttled,
  Undeliverable,
} from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { pauseMs } from '../retry-after.ts'
import { type WebhookConfig, webhookConfig } from './config.ts'
import { signed } from './signature.ts'

/** Only the status counts; a short answer is read so that the connection can be used again. */
const MOST_BYTES = 16_384
/** Events are independent of each other, and each says when it happened. */
const SENDS_AT_ONCE = 20

export function webhook(env: Outgoing & { clock: Clock }): PlatformKind<WebhookConfig> {
  return {
    name: 'webhook',
    config: webhookConfig(env.clock),
    secrets: ['url', 'secret', 'kept_secrets', 'headers'],
    hiddenSecrets: ['kept_secrets'],
    retryPolicy: 'patient',
    audience: 'machines',
    keepsExcerpts: false,
    host: ({ url }) => URL.parse(url)?.host,
    pace: () => [],
    parallel: SENDS_AT_ONCE,
    create: () => createWebhook(env),
  }
}

function createWebhook({ clock, ...outgoing }: Outgoing & { clock: Clock }): Platform<WebhookConfig> {
  return {
    check: ({ url }) => outgoing.egress.refusal(url),

    async post({ event }, { config, includeDetails }: Destination<WebhookConfig>) {
      const body = JSON.stringify(compactEvent(includeDetails ? event : withoutDetails(event)))
      const headers = {
        ...sentHeaders(config.headers),
        'content-type': 'application/json',
        ...signed(config, event.id, body, clock.now()),
      }
      const answer = await reach(outgoing, config.url, {
        method: 'POST',
        headers,
        body,
        maxBytes: MOST_BYTES,
      })
      if (answer.status < 200 || answer.status > 299) throw failureOf(answer, clock.now())
      return {}
    },
  }
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability */
function failureOf({ status, headers }: EgressAnswer, now: number): Error {
  if (status === 410) return new Undeliverable('destination', 'http_410')
  if (status === 429) return new Throttled(pauseMs(headers['retry-after'], { now }))
  return new Failed(`http_${status}`)
}
