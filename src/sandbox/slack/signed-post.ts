// Posts a form to the app as Slack does: signed by its v0 scheme, with three seconds to answer.

import { createHmac } from 'node:crypto'
import type { Clock } from '../../kit/clock.ts'

/** Status 0 means that no answer came: the body then is Slack's own name for why. */
export interface AppAnswer {
  status: number
  body: string
  contentType: string
  tookMs: number
}

const PATIENCE_MS = 3000

export async function postSigned(
  url: string,
  form: Record<string, string>,
  signingSecret: string,
  clock: Clock,
): Promise<AppAnswer> {
  const body = new URLSearchParams(form).toString()
  const timestamp = String(Math.floor(clock.now() / 1000))
  const mac = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  const startedMs = performance.now()
  const tookMs = () => Math.round((performance.now() - startedMs) * 10) / 10
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${mac}`,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const text = await response.text()
    const contentType = response.headers.get('content-type') ?? ''
    return { status: response.status, body: text, contentType, tookMs: tookMs() }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    const reason = timedOut ? 'operation_timeout' : 'dispatch_failed'
    return { status: 0, body: reason, contentType: '', tookMs: tookMs() }
  }
}
