// Tells the time; it is injected everywhere, so that tests can set it.

export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** ISO 8601 in UTC with milliseconds, as every time leaves the API. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
