// Sends one request and reads its answer; whatever is no answer of Countersign's is an error.

import type { Problem } from './api.ts'
import { Refused, Unavailable } from './errors.ts'

export interface Sent {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body: string | undefined
  timeoutMs: number
  signal: AbortSignal | undefined
}

export interface Received {
  status: number
  headers: Headers
  /** As it came, a byte order mark included. */
  text: string
}

export type Transport = (sent: Sent) => Promise<Received>

/**
 * Resolves with a 2xx. Throws Refused for an answer that the server gives on purpose, Unavailable for none or any
 * other, and the reason of `signal` when that is aborted.
 */
export function createTransport(origin: string): Transport {
  return async (sent) => {
    const received = await limited(sent, (signal) => receive(origin, sent, signal))
    if (received.status >= 200 && received.status < 300) return received
    const problem = problemIn(received)
    if (problem) throw new Refused(problem, retryAfterIn(received.headers))
    throw new Unavailable(`${origin} answered ${received.status}, which is not Countersign's way`)
  }

  async function limited<T>(
    { timeoutMs, signal }: Sent,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const ending = new AbortController()
    const end = () => ending.abort()
    const timer = setTimeout(end, timeoutMs)
    signal?.addEventListener('abort', end)
    try {
      return await run(ending.signal)
    } catch (error) {
      signal?.throwIfAborted()
      const why = ending.signal.aborted ? `not in ${timeoutMs / 1000} s` : reasonOf(error)
      throw new Unavailable(`${origin} does not answer (${why})`, { cause: error })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
  }
}

async function receive(origin: string, sent: Sent, signal: AbortSignal): Promise<Received> {
  const { method, path, headers, body } = sent
  // A redirect is followed nowhere: the key is for this server alone.
  const init = { method, headers, signal, redirect: 'manual', cache: 'no-store' } as const
  const response = await fetch(origin + path, { ...init, ...(body !== undefined && { body }) })
  const bytes = await response.arrayBuffer()
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  return { status: response.status, headers: response.headers, text }
}

function problemIn({ status, headers, text }: Received): Problem | undefined {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return undefined
  const problem = parsed(text)
  const { code, detail } = (problem ?? {}) as Partial<Problem>
  if (typeof code !== 'string' || typeof detail !== 'string') return undefined
  return { ...(problem as Problem), status }
}

/** undefined: it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function retryAfterIn(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return seconds >= 0 ? seconds : undefined
}

/** What lies at the bottom of what fetch throws, such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  let deepest = error as { cause?: unknown; code?: unknown; message?: unknown }
  while (deepest.cause instanceof Error) deepest = deepest.cause as typeof deepest
  return String(deepest.code ?? deepest.message)
}
