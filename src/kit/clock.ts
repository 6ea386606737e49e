// Tells the time; it is injected everywhere, so that tests can set it.

export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that is earlier than before by more was set back; by less, clocks differ and are corrected all the time. */
export const SET_BACK_MS = 5_000

export const DAY_MS = 24 * 60 * 60 * 1000

/** ISO 8601 in UTC with milliseconds, as every time leaves the API. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
