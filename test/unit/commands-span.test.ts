// Shows that a span of time reads as people say it: two units, rounded down, never negative.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { span } from '../../src/commands/span.ts'

const [S, MIN, H, D] = [1_000, 60_000, 3_600_000, 86_400_000]

test.each([
  [-1, '0 ms'],
  [-5 * D, '0 ms'],
  [0, '0 ms'],
  [0.4, '0 ms'],
  [1, '1 ms'],
  [999, '999 ms'],
  [S, '1 s'],
  [1_999, '1 s'],
  [59_999, '59 s'],
  [MIN, '1 min'],
  [MIN + S, '1 min 1 s'],
  [H - 1, '59 min 59 s'],
  [H, '1 h'],
  [H + 59 * S, '1 h'],
  [H + 5 * MIN, '1 h 5 min'],
  [D - 1, '23 h 59 min'],
  [D, '1 d'],
  [D + 59 * MIN, '1 d'],
  [D + H, '1 d 1 h'],
  [400 * D + 23 * H, '400 d 23 h'],
])('%i ms is %s', (ms, words) => {
  expect(span(ms)).toBe(words)
})

test('any span from a second up says no more than it is, and less than one of its last unit too little', () => {
  const units: Record<string, number> = { d: D, h: H, min: MIN, s: S }
  fc.assert(
    fc.property(fc.integer({ min: S, max: 10_000 * D }), (ms) => {
      const parts = [...span(ms).matchAll(/(\d+) (\w+)/g)].map(
        ([, count, unit]) => [count, unit ?? ''] as const,
      )
      expect(parts.length).toBeGreaterThan(0)
      expect(parts.length).toBeLessThan(3)
      const said = parts.reduce((sum, [count, unit]) => sum + Number(count) * (units[unit] ?? Number.NaN), 0)
      const largest = units[parts[0]?.[1] ?? ''] ?? Number.NaN
      expect(said).toBeLessThanOrEqual(ms)
      const finest = parts.length === 2 ? units[parts[1]?.[1] ?? ''] : nextBelow(largest)
      expect(ms - said).toBeLessThan(finest ?? Number.NaN)
    }),
  )

  function nextBelow(unitMs: number): number {
    return unitMs === D ? H : unitMs === H ? MIN : S
  }
})
