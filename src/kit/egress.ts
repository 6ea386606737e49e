// Sends all requests to configured addresses: never inside the network, never by redirect, never for long.

import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher, request } from 'undici'
import {
  EgressError,
  type EgressRules,
  type Inside,
  type Resolve,
  resolveBySystem,
  type Targets,
  targetsWithin,
} from './egress-target.ts'

export { EgressError } from './egress-target.ts'

export interface EgressRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string
  /** For all of it: names, connection, headers and body. */
  timeoutMs: number
  /** Nothing after so many bytes of the answer is read. */
  maxBytes: number
}

export interface EgressAnswer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** The answer, or its first `maxBytes`. */
  text: string
}

export interface Egress {
  /** Why this URL may not be used, as a sentence for the admin who configures it; undefined when it may. */
  refusal(url: string): Promise<string | undefined>
  /**
   * One request, never sent again and never following a redirect. Judged are the host as written and every
   * address that a connection could be opened to. Throws EgressError, nothing else.
   */
  send(url: string, what: EgressRequest): Promise<EgressAnswer>
}

const CONNECT_TIMEOUT_MS = 5_000

/** `resolve` takes the place of the system's resolver. */
export function createEgress(rules: EgressRules, resolve: Resolve = resolveBySystem): Egress {
  const targets = targetsWithin(rules, resolve)
  const agents: Record<Inside, Agent> = {
    nothing: agentFor('nothing', targets),
    port: agentFor('port', targets),
    protocol: agentFor('protocol', targets),
  }

  return {
    async refusal(text) {
      try {
        const { url, inside } = targets.accepted(text)
        await targets.addressesOf(url.hostname, inside)
      } catch (error) {
        if (error instanceof EgressError) return error.message
        throw error
      }
    },

    async send(text, { timeoutMs, ...what }) {
      const { url, inside } = targets.accepted(text)
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(), timeoutMs)
      const { signal } = late
      try {
        return await Promise.race([exchange(agents[inside], url, what, signal), end(signal)])
      } catch (error) {
        throw inOurWords(error, signal)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

async function exchange(
  dispatcher: Agent,
  url: URL,
  { method, headers, body, maxBytes }: Omit<EgressRequest, 'timeoutMs'>,
  signal: AbortSignal,
): Promise<EgressAnswer> {
  const options = { dispatcher, method, signal, ...(headers && { headers }), ...(body && { body }) }
  const answer = await request(url, options)
  const text = await startOf(answer.body, maxBytes)
  return { status: answer.statusCode, headers: flat(answer.headers), text }
}

/** undici hears of the signal only once it is connected; it sends nothing then. */
function end(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/**
 * net asks no lookup for literal addresses, which `accepted` has judged, and connects to nothing but what the
 * lookup answers: a name that leads elsewhere by then is judged again, and a connection that is kept was judged.
 */
function agentFor(inside: Inside, targets: Targets): Agent {
  const lookup: LookupFunction = (hostname, { all }, done) => {
    const answer = ([first, ...more]: LookupAddress[]) => {
      if (all) return done(null, [first, ...more] as LookupAddress[])
      done(null, (first as LookupAddress).address, (first as LookupAddress).family)
    }
    targets.addressesOf(hostname, inside).then(answer, (error) => done(error, ''))
  }
  return new Agent({ connect: { lookup, timeout: CONNECT_TIMEOUT_MS } })
}

/** By events, which cost half of what an async iterator does. */
function startOf(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    const end = () => resolve(Buffer.concat(chunks).subarray(0, maxBytes).toString())
    body.on('error', reject).on('end', end)
    body.on('data', (chunk) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes <= maxBytes) return
      end()
      // Ends the connection.
      body.destroy()
    })
  })
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]))
}

function inOurWords(error: unknown, signal: AbortSignal): EgressError {
  if (error instanceof EgressError) return error
  const isLate = signal.aborted || (error as NodeJS.ErrnoException).code === 'UND_ERR_CONNECT_TIMEOUT'
  return isLate
    ? new EgressError('timeout', 'There was no complete answer in time', error)
    : new EgressError('network_error', 'There was no complete answer', error)
}
