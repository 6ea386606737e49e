// Refuses what an API key asks beyond its limits: with 429, a code, and when to come again.

import type { KeyPrincipal } from '../identity/principal.ts'
import type { Found, ProblemResult } from './result.ts'

export interface Limiter {
  /**
   * Counts a request, and returns what counts it no more, to be called once when it is over. One that waits for an
   * approval is counted among the waits instead.
   */
  admit(caller: KeyPrincipal, isWait: boolean): Found<() => void>
  /** Takes so many events from what the key may tell in a minute, or says why it takes none. */
  takeEvents(caller: KeyPrincipal, count: number): ProblemResult | undefined
}

/** What a key has used up. Keys are few: an admin makes each. */
interface Use {
  running: number
  waiting: number
  requests: Bucket
  events: Bucket
}

/** Full at first, and filled again all the time. */
interface Bucket {
  left: number
  /** By the clock that is never set back. */
  at: number
}

const MINUTE_MS = 60_000
/** Somebody may be done at any moment. */
const SOON_SECONDS = 1

export function createLimiter(now: () => number = () => performance.now()): Limiter {
  const uses = new Map<string, Use>()

  function useOf({ id, limits }: KeyPrincipal): Use {
    const known = uses.get(id)
    if (known) return known
    const full = (left: number) => ({ left, at: now() })
    const use = {
      running: 0,
      waiting: 0,
      requests: full(limits.requests_per_minute),
      events: full(limits.events_per_minute),
    }
    uses.set(id, use)
    return use
  }

  /** 0: taken. Otherwise so many seconds until it can be. What is more than a minute's worth needs a full bucket. */
  function take(bucket: Bucket, perMinute: number, count: number): number {
    const at = now()
    const left = Math.min(perMinute, bucket.left + ((at - bucket.at) * perMinute) / MINUTE_MS)
    const missing = Math.min(count, perMinute) - left
    Object.assign(bucket, { left: missing > 0 ? left : left - count, at })
    return missing > 0 ? Math.ceil((missing * MINUTE_MS) / perMinute / 1000) : 0
  }

  return {
    admit(caller, isWait) {
      const { limits } = caller
      const use = useOf(caller)
      const place = isWait ? 'waiting' : 'running'
      const most = isWait ? limits.waits : limits.concurrent_requests
      if (use[place] >= most) {
        return tooMany(isWait ? 'too_many_waits' : 'too_many_concurrent_requests', most, SOON_SECONDS)
      }
      const seconds = take(use.requests, limits.requests_per_minute, 1)
      if (seconds > 0) return tooMany('too_many_requests', limits.requests_per_minute, seconds)
      use[place] += 1
      const over = () => {
        use[place] -= 1
      }
      return { value: over }
    },
    takeEvents(caller, count) {
      const { events_per_minute } = caller.limits
      const seconds = take(useOf(caller).events, events_per_minute, count)
      return seconds > 0 ? tooMany('too_many_events', events_per_minute, seconds) : undefined
    },
  }
}

const SAYS = {
  too_many_requests: (most: number) => `This API key may ask ${most} times a minute`,
  too_many_events: (most: number) => `This API key may tell of ${most} events a minute`,
  too_many_concurrent_requests: (most: number) => `This API key may have ${most} requests at the same moment`,
  too_many_waits: (most: number) => `This API key may wait in ${most} requests at the same moment`,
} as const

function tooMany(code: keyof typeof SAYS, most: number, seconds: number): ProblemResult {
  const detail = `${SAYS[code](most)}; try again in ${seconds} s`
  return { problem: { status: 429, code, detail }, headers: { 'Retry-After': String(seconds) } }
}
