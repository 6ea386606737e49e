// Says when a failed send is tried again.

import type { RetryPolicy } from '../platforms/platform.ts'

/**
 * Before the second try, the third, …. `prompt` is for chat, where a late card is of little use; `patient` for
 * machines, which may be down for a day.
 */
const DELAYS_MS: Record<RetryPolicy, number[]> = {
  prompt: [5_000, 20_000, 60_000, 180_000, 480_000],
  patient: [60_000, 300_000, 1_800_000, 7_200_000, 86_400_000],
}
/** Spread by so much each way, so that what failed together does not come back together. */
const JITTER = 0.2

/** How long to wait after the `attempts`-th failure; undefined when it was the last. `random` is in [0, 1). */
export function retryDelayMs(
  policy: RetryPolicy,
  attempts: number,
  random: number = Math.random(),
): number | undefined {
  const delayMs = DELAYS_MS[policy][attempts - 1]
  return delayMs && Math.round(delayMs * (1 - JITTER + 2 * JITTER * random))
}
