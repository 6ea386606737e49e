// How long does a receiver that answers 429 want to be left alone?

const LEAST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 3_600_000
/** Where it names no time. */
const PAUSE_MS = 60_000

/** `retryAfter`: the header's seconds or date; RFC 9110, section 10.2.3. Between a second and an hour. */
export function pauseMs(retryAfter: string | undefined, now: number): number {
  if (retryAfter === undefined) return PAUSE_MS
  const askedMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  if (Number.isNaN(askedMs)) return PAUSE_MS
  return Math.min(LONGEST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, askedMs))
}
