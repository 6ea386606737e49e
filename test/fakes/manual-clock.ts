// Makes a clock whose time is what the test says.

import type { Clock } from '../../src/kit/clock.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
}

/** Stands still until told otherwise; starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms
    },
  }
}
