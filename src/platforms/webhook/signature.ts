// Signs requests to webhooks, so that receivers know they are ours, by headers made anew for each attempt.

import { createHmac, createSecretKey } from 'node:crypto'
import { PREVIOUS_SUFFIX, SIGNATURE_HEADER, TIMESTAMP_HEADER, type WebhookConfig } from './config.ts'
import { signingSecrets, standardKey } from './secret.ts'

type Secrets = ReturnType<typeof signingSecrets>

/** `id` is the same in every attempt: by it a receiver knows what it has already. `now`: of the attempt. */
export function signed(config: WebhookConfig, id: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000))
  const secrets = signingSecrets(config.kept_secrets, now)
  const isStandard = config.signature === 'standard'
  const how = isStandard ? standard(secrets, id, timestamp, body) : sha256(config, secrets, timestamp, body)
  return { 'webhook-id': id, ...how }
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function standard(
  { current, previous }: Secrets,
  id: string,
  timestamp: string,
  body: string,
): Record<string, string> {
  const sign = (secret: string) => {
    // Bytes that are no key yet take several times as long.
    const key = createSecretKey(standardKey(secret))
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  }
  const signatures = previous === undefined ? [sign(current)] : [sign(current), sign(previous)]
  return { 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/**
 * For receivers that compare one header with one value. The secret before therefore signs in a header of its own,
 * which a receiver that still has it may read.
 */
function sha256(
  { signature_header = SIGNATURE_HEADER, timestamp_header = TIMESTAMP_HEADER }: WebhookConfig,
  { current, previous }: Secrets,
  timestamp: string,
  body: string,
): Record<string, string> {
  const sign = (secret: string) =>
    `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
  return {
    [timestamp_header]: timestamp,
    [signature_header]: sign(current),
    ...(previous !== undefined && { [signature_header + PREVIOUS_SUFFIX]: sign(previous) }),
  }
}
