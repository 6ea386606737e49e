// Bounds how often one address hears of what was asked in its name, because an agent may name anybody's.

import { LRUCache } from 'lru-cache'

/** Of this process. */
export interface RequesterLimit {
  /** Whether this address has heard as much as it may by now. */
  isFull(email: string, now: number): boolean
  told(email: string, now: number): void
}

/** At once after a pause, and again in an hour. */
const MOST_AN_HOUR = 30
const HOUR_MS = 60 * 60 * 1000
const INTERVAL_MS = HOUR_MS / MOST_AN_HOUR
/** Of more addresses the one that heard longest ago is forgotten. */
const MOST_ADDRESSES = 10_000

export function createRequesterLimit(): RequesterLimit {
  /** Until when each would have to be silent, if it heard once in each interval. */
  const fullUntil = new LRUCache<string, number>({ max: MOST_ADDRESSES })

  /** Longer than an hour it never is: then the clock was set back, and nobody is silenced by what was before. */
  function debtMs(email: string, now: number): number {
    const debt = (fullUntil.get(email) ?? now) - now
    return debt > 0 && debt <= HOUR_MS ? debt : 0
  }

  return {
    isFull: (email, now) => debtMs(email, now) > (MOST_AN_HOUR - 1) * INTERVAL_MS,
    told: (email, now) => void fullUntil.set(email, now + debtMs(email, now) + INTERVAL_MS),
  }
}
