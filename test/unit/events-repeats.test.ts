// Shows when an alert that repeats is told: once its number is full, and not again at once.

import { expect, test } from 'vitest'
import { afterAnother, type Run } from '../../src/events/repeats.ts'

const MINUTE = 60_000
const THREE_IN_TEN = { count: 3, minutes: 10 }
const AT = 1_800_000_000_000

/** At which of these minutes it is told. */
function toldAt(minutes: number[], repeated = THREE_IN_TEN): number[] {
  let run: Run = { times: [], quietUntil: 0 }
  return minutes.filter((minute) => {
    const after = afterAnother(run, repeated, AT + minute * MINUTE)
    run = after.run
    return after.isTold
  })
}

test.each<[string, number[], number[]]>([
  ['fewer than wanted are not told', [0, 1], []],
  ['the one that makes the number full is told', [0, 1, 2], [2]],
  ['the same moment counts each', [0, 0, 0], [0]],
  ['too far apart they are not told', [0, 5, 10, 15, 20], []],
  ['the time is counted back from each', [0, 9, 11, 12], [12]],
  ['a moment before the time is over counts', [0, 1, 9.99], [9.99]],
  ['what goes on is told once in the time', Array.from({ length: 60 }, (_, i) => i / 3), [2 / 3, 34 / 3]],
  ['after it was told counting begins anew', [0, 1, 2, 11, 12, 13, 14], [2, 14]],
])('%s', (_what, minutes, told) => {
  expect(toldAt(minutes)).toEqual(told)
})

test('a clock that was set back silences nothing for longer than the time', () => {
  expect(toldAt([1000, 1000, 1000, 0, 1, 2])).toEqual([1000, 2])
})

test('no more is remembered than counts', () => {
  const repeated = { count: 100, minutes: 1 }
  let run: Run = { times: [], quietUntil: 0 }
  for (let i = 0; i < 1_000; i++) run = afterAnother(run, repeated, AT + i * MINUTE).run
  expect(run.times).toHaveLength(1)
})
