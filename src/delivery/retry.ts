// When is a failed send tried again? Five more times within fifteen minutes.

/** Before the second try, the third, …; a policy for chat, where a late card is of little use. */
const PROMPT_DELAYS_MS = [5_000, 20_000, 60_000, 180_000, 480_000]
/** Spread by so much each way, so that what failed together does not come back together. */
const JITTER = 0.2

/** How long to wait after the `attempts`-th failure; undefined when it was the last. `random` is in [0, 1). */
export function retryDelayMs(attempts: number, random: number = Math.random()): number | undefined {
  const delayMs = PROMPT_DELAYS_MS[attempts - 1]
  return delayMs && Math.round(delayMs * (1 - JITTER + 2 * JITTER * random))
}
