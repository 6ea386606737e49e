// Verifies that Slack sent a request: its v0 signature, checked over the raw bytes.

import { createHmac, timingSafeEqual } from 'node:crypto'

const WINDOW_MS = 300_000

export interface SignedRequest {
  /** The body exactly as it arrived; it need not be valid UTF-8. */
  rawBody: Buffer
  /** `IncomingMessage.headersDistinct`: lower-case names, every repetition kept. */
  headers: NodeJS.Dict<string[]>
  nowMs: number
  secrets: readonly string[]
}

/**
 * The secrets under which the request is signed; none means that it must be refused. Every secret is tried,
 * in constant time, so that timing does not tell which one matched; an empty secret never does.
 */
export function verifySlackSignature({ rawBody, headers, nowMs, secrets }: SignedRequest): string[] {
  const timestamp = only(headers['x-slack-request-timestamp'], /^[0-9]{1,12}$/)
  const signature = only(headers['x-slack-signature'], /^v0=[0-9a-f]{64}$/)
  if (timestamp === undefined || signature === undefined) return []
  if (Math.abs(nowMs - Number(timestamp) * 1000) > WINDOW_MS) return []

  const claimed = Buffer.from(signature.slice('v0='.length), 'hex')
  return secrets.filter((secret) => {
    const actual = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest()
    return timingSafeEqual(actual, claimed) && secret !== ''
  })
}

function only(values: string[] | undefined, shape: RegExp): string | undefined {
  const [value, ...repeated] = values ?? []
  return value !== undefined && repeated.length === 0 && shape.test(value) ? value : undefined
}
