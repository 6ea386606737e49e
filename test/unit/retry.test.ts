// Shows that a failed send is tried again by its schedule, spread so that what failed together does not come back together.

import { expect, test } from 'vitest'
import { retryDelayMs } from '../../src/delivery/retry.ts'

const MINUTE_MS = 60_000
const SCHEDULES = {
  prompt: [5_000, 20_000, MINUTE_MS, 3 * MINUTE_MS, 8 * MINUTE_MS],
  patient: [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS, 1_440 * MINUTE_MS],
} as const

test.each(['prompt', 'patient'] as const)(
  '%s: every delay is spread by a fifth each way, and the last failure is final',
  (policy) => {
    const schedule = SCHEDULES[policy]
    const delays = (random: number) => schedule.map((_, i) => retryDelayMs(policy, i + 1, random))
    expect(delays(0)).toEqual(schedule.map((delayMs) => 0.8 * delayMs))
    expect(delays(0.5)).toEqual(schedule)
    expect(delays(1)).toEqual(schedule.map((delayMs) => 1.2 * delayMs))
    expect(retryDelayMs(policy, schedule.length + 1)).toBeUndefined()
  },
)

test('what fails at one moment is not all tried again at one moment', () => {
  const delays = Array.from({ length: 20 }, () => retryDelayMs('prompt', 1))
  expect(new Set(delays).size).toBeGreaterThan(1)
})
