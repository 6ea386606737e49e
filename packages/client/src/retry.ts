// Asks again until there is an answer, or until its patience is at an end.

import { Refused, Unavailable } from './errors.ts'

const FIRST_PAUSE_MS = 200
const MAX_PAUSE_MS = 5000

export interface Patience {
  /** So long nothing but failures is put up with. */
  patienceMs: number
  signal: AbortSignal | undefined
}

/** Throws what the last attempt threw, and at once whatever another attempt would not mend. */
export async function untilAnswered<T>(
  { patienceMs, signal }: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  let failingSince: number | undefined
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isPassing(error)) throw error
      // From the first failure on, by a clock that nobody sets: a machine that slept tries once more.
      const now = performance.now()
      failingSince ??= now
      const leftMs = failingSince + patienceMs - now
      if (leftMs <= 0) throw error
      const wantedMs = Math.max(askedToWaitMs(error), pauseMs * (0.5 + Math.random() / 2))
      await pause(Math.min(leftMs, wantedMs), signal)
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)
    }
  }
}

/** The server restarts, is overloaded, or cannot be reached. */
function isPassing(error: unknown): boolean {
  if (error instanceof Refused) return error.status >= 500 || error.status === 429
  return error instanceof Unavailable
}

function askedToWaitMs(error: unknown): number {
  return error instanceof Refused ? (error.retryAfterSeconds ?? 0) * 1000 : 0
}

/** Throws the reason of `signal` when that is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
  signal?.throwIfAborted()
}
