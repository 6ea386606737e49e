// Limits a webhook as Discord does, to 30 messages within 60 seconds, and says so in Discord's headers.

import type { Clock } from '../../kit/clock.ts'
import type { Answer } from '../faults.ts'
import { throttled } from './faults.ts'

const LIMIT = 30
const WINDOW_MS = 60_000

export interface Allowance {
  headers: Record<string, string>
  /** When there is too much of it. */
  refused?: Answer
}

/** Counts one more message; https://docs.discord.com/developers/topics/rate-limits */
export function createRateLimit(clock: Clock): () => Allowance {
  let began = Number.NEGATIVE_INFINITY
  let taken = 0

  return () => {
    const now = clock.now()
    if (now >= began + WINDOW_MS) {
      began = now
      taken = 0
    }
    taken += 1
    const left = Math.max(0, LIMIT - taken)
    const resetAfter = (began + WINDOW_MS - now) / 1000
    const headers = {
      'X-RateLimit-Limit': String(LIMIT),
      'X-RateLimit-Remaining': String(left),
      'X-RateLimit-Reset': ((began + WINDOW_MS) / 1000).toFixed(3),
      'X-RateLimit-Reset-After': resetAfter.toFixed(3),
      'X-RateLimit-Bucket': '6a3fb1c1d2e94f0d9e6a1f0b7c5d4e3f',
    }
    if (taken <= LIMIT) return { headers }
    const refused = { status: 429, body: throttled(resetAfter), retryAfterSeconds: Math.ceil(resetAfter) }
    return { headers: { ...headers, 'X-RateLimit-Scope': 'user' }, refused }
  }
}
