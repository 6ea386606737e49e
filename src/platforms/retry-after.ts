// Says how long to pause for a receiver that answers 429.

const LEAST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 3_600_000
/** Where it names no time. */
const PAUSE_MS = 60_000

/**
 * `asked`: seconds, as JSON has them, or the header's seconds or date, for which `now` must be known; RFC 9110, section
 * 10.2.3. Between a second and an hour; `unnamedMs` where there is no time in it.
 */
export function pauseMs(
  asked: unknown,
  { now = Number.NaN, unnamedMs = PAUSE_MS }: { now?: number; unnamedMs?: number } = {},
): number {
  const seconds = asked === null || asked === '' ? Number.NaN : Number(asked)
  const askedMs = Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : Date.parse(String(asked)) - now
  if (Number.isNaN(askedMs)) return unnamedMs
  return Math.min(LONGEST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, askedMs))
}
