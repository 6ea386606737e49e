// Sends a request that no decent client would send, past `fetch`, byte for byte as it is given.

import { type IncomingHttpHeaders, request } from 'node:http'
import type { HostileRequest } from './hostile-requests.ts'

export interface HostileAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

const PATIENCE_MS = 15_000

/** Rejects when there is no answer. */
export function send(
  url: string,
  { method, path, headers, body }: HostileRequest,
  key?: string,
): Promise<HostileAnswer> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const all = {
    ...headers,
    'content-length': bytes.length,
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, path, headers: all, timeout: PATIENCE_MS }, async (res) => {
      const chunks = await res.toArray()
      resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(chunks).toString() })
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(bytes)
  })
}
