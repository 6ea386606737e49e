// How is Slack called? One client per token that never retries by itself, and its errors as ours.

import {
  type FetchFunction,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import { Failed, Throttled, Undeliverable } from '../platform.ts'
import { quietLogger } from './quiet-logger.ts'

/** Below the delivery worker's lease. */
const TIMEOUT_MS = 10_000
const MOST_CLIENTS = 100
/** A `Retry-After: 0` asks for a pause too. */
const LEAST_PAUSE_MS = 1_000
const RESPONSE_URL_ORIGIN = 'https://hooks.slack.com'

/** Wrong until an admin changes something: every further message would fail in the same way. */
const DESTINATION_ERRORS = new Set([
  'access_denied',
  'account_inactive',
  'channel_not_found',
  'invalid_auth',
  'is_archived',
  'missing_scope',
  'no_permission',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'restricted_action',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
])
/** Wrong with this message only. */
const MESSAGE_ERRORS = new Set([
  'block_mismatch',
  'cant_update_message',
  'edit_window_closed',
  'invalid_attachments',
  'invalid_blocks',
  'invalid_blocks_format',
  'message_not_found',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
])

/**
 * A fetch that reaches Slack's API and its response URLs and nothing else, follows no redirect and ends in
 * time: a response_url comes in with a request.
 */
export function slackFetch(apiUrl: string, timeoutMs = TIMEOUT_MS): FetchFunction {
  const allowed = new Set([new URL(apiUrl).origin, RESPONSE_URL_ORIGIN])
  return (url, init) => {
    const { origin } = new URL(url)
    if (!allowed.has(origin)) return Promise.reject(new Error(`${origin} is not Slack`))
    const signals = [AbortSignal.timeout(timeoutMs), ...(init?.signal ? [init.signal] : [])]
    return fetch(url, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
  }
}

/** The client for a token: the delivery worker retries, so that nothing is posted twice behind its back. */
export function slackClients(apiUrl: string): (token: string) => WebClient {
  const clients = new LRUCache<string, WebClient>({ max: MOST_CLIENTS })
  return (token) => {
    const client =
      clients.get(token) ??
      new WebClient(token, {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        fetch: slackFetch(apiUrl),
        logger: quietLogger,
      })
    clients.set(token, client)
    return client
  }
}

/** Runs a call to Slack; throws Throttled, Failed or Undeliverable for what Slack or the network says. */
export async function calling<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof WebAPIRateLimitedError)
      throw new Throttled(Math.max(LEAST_PAUSE_MS, error.retryAfter * 1000))
    if (error instanceof WebAPIPlatformError) {
      const code = codeOf(error.data.error)
      if (DESTINATION_ERRORS.has(code)) throw new Undeliverable('destination', code)
      if (MESSAGE_ERRORS.has(code)) throw new Undeliverable('message', code)
      throw new Failed(code)
    }
    if (error instanceof WebAPIHTTPError) throw new Failed(`http_${error.statusCode}`)
    throw new Failed('network_error')
  }
}

/** As Slack spells its errors; whatever else comes back is not kept. */
function codeOf(error: unknown): string {
  return typeof error === 'string' && /^[a-z0-9_]{1,80}$/.test(error) ? error : 'unknown_error'
}
