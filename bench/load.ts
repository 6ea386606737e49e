// Measures how fast a server answers so many clients, each sending its next request after its last answer.

import { Agent, request } from 'node:http'

export interface Request {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface Figures {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/**
 * `next(i)` makes the i-th request just before it is sent; after `longestMs` no more are. Throws on any answer that
 * is not a 2xx.
 */
export async function load(
  port: number,
  clients: number,
  count: number,
  next: (index: number) => Request,
  longestMs = Number.POSITIVE_INFINITY,
): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const tookMs: number[] = []
  let index = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (index < count && performance.now() - started < longestMs) {
        const sent = next(index++)
        const from = performance.now()
        const status = await send(port, agent, sent)
        tookMs.push(performance.now() - from)
        if (status < 200 || status > 299) throw new Error(`${sent.method} ${sent.path} answered ${status}`)
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  tookMs.sort((a, b) => a - b)
  return { perSecond: tookMs.length / seconds, p50Ms: at(tookMs, 0.5), p99Ms: at(tookMs, 0.99) }
}

function send(port: number, agent: Agent, { method, path, headers, body }: Request): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0)).resume()
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function at(sorted: number[], quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
