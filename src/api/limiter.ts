// Refuses what an API key asks beyond its limits: with 429, a code, and when to come again.

import type { RequestHandler, Response } from 'express'
import type { KeyPrincipal } from '../identity/principal.ts'
import { sendProblem } from '../kit/problem.ts'
import { callerOf } from './caller.ts'

export interface Limiter {
  /** Counts a request until it is answered; one that waits for an approval is counted among the waits instead. */
  admit(mayWait: boolean): RequestHandler
  /** Takes so many events from what the key may tell in a minute; false: it is answered already. */
  takeEvents(caller: KeyPrincipal, count: number, res: Response): boolean
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
    admit: (mayWait) => (req, res, next) => {
      const caller = callerOf(res)
      const { limits } = caller
      const use = useOf(caller)
      const isWait = mayWait && Number(req.query.wait_seconds) > 0
      const place = isWait ? 'waiting' : 'running'
      const most = isWait ? limits.waits : limits.concurrent_requests
      if (use[place] >= most) {
        return refuse(res, isWait ? 'too_many_waits' : 'too_many_concurrent_requests', most, SOON_SECONDS)
      }
      const seconds = take(use.requests, limits.requests_per_minute, 1)
      if (seconds > 0) return refuse(res, 'too_many_requests', limits.requests_per_minute, seconds)
      // Whoever hung up while the key was looked up is told of no more.
      if (req.socket.destroyed || res.closed) return
      use[place] += 1
      let isCounted = true
      const free = () => {
        req.socket.off('close', free)
        if (isCounted) use[place] -= 1
        isCounted = false
      }
      // A response that waits behind another on its connection hears nothing when that ends.
      res.once('close', free)
      req.socket.once('close', free)
      next()
    },
    takeEvents(caller, count, res) {
      const { events_per_minute } = caller.limits
      const seconds = take(useOf(caller).events, events_per_minute, count)
      if (seconds > 0) refuse(res, 'too_many_events', events_per_minute, seconds)
      return seconds === 0
    },
  }
}

const SAYS = {
  too_many_requests: (most: number) => `This API key may ask ${most} times a minute`,
  too_many_events: (most: number) => `This API key may tell of ${most} events a minute`,
  too_many_concurrent_requests: (most: number) => `This API key may have ${most} requests at the same moment`,
  too_many_waits: (most: number) => `This API key may wait in ${most} requests at the same moment`,
} as const

function refuse(res: Response, code: keyof typeof SAYS, most: number, seconds: number): void {
  res.set('Retry-After', String(seconds))
  sendProblem(res, { status: 429, code, detail: `${SAYS[code](most)}; try again in ${seconds} s` })
}
