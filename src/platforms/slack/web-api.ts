// Calls Slack's Web API: one client per token that never retries by itself, with Slack's errors as ours.

import {
  type FetchFunction,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import { Failed, Throttled } from '../platform.ts'
import { codeOf, failureOf } from './failures.ts'
import { quietLogger } from './quiet-logger.ts'

const MOST_CLIENTS = 100
/** A `Retry-After: 0` asks for a pause too. */
const LEAST_PAUSE_MS = 1_000
const RESPONSE_URL_ORIGIN = 'https://hooks.slack.com'

/** Where response URLs may lead, which come in with requests; and the Web API. */
export function slackOrigins(apiUrl: string): Set<string> {
  return new Set([new URL(apiUrl).origin, RESPONSE_URL_ORIGIN])
}

/**
 * A fetch that reaches Slack's API and its response URLs and nothing else, follows no redirect and ends in
 * time: a response_url comes in with a request.
 */
export function slackFetch(apiUrl: string, timeoutMs: number): FetchFunction {
  const allowed = slackOrigins(apiUrl)
  return (url, init) => {
    const { origin } = new URL(url)
    if (!allowed.has(origin)) return Promise.reject(new Error(`${origin} is not Slack`))
    const signals = [AbortSignal.timeout(timeoutMs), ...(init?.signal ? [init.signal] : [])]
    return fetch(url, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
  }
}

/** The client for a token: the delivery worker retries, so that nothing is posted twice behind its back. */
export function slackClients(apiUrl: string, timeoutMs: number): (token: string) => WebClient {
  const clients = new LRUCache<string, WebClient>({ max: MOST_CLIENTS })
  return (token) => {
    const client =
      clients.get(token) ??
      new WebClient(token, {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        fetch: slackFetch(apiUrl, timeoutMs),
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
    if (error instanceof WebAPIPlatformError) throw failureOf(codeOf(error.data.error) ?? 'unknown_error')
    if (error instanceof WebAPIHTTPError) throw new Failed(`http_${error.statusCode}`)
    throw new Failed('network_error', null, error)
  }
}
