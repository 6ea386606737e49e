// Shows how often one address may hear of what was asked in its name.

import { expect, test } from 'vitest'
import { createRequesterLimit } from '../../src/delivery/requester-limit.ts'

const MINUTE = 60_000
const ANA = 'ana@example.com'

function tell(limit: ReturnType<typeof createRequesterLimit>, email: string, times: number, now: number) {
  let told = 0
  for (let time = 0; time < times; time++) {
    if (limit.isFull(email, now)) continue
    limit.told(email, now)
    told += 1
  }
  return told
}

test('thirty at once, then one every two minutes, and thirty again after an hour', () => {
  const limit = createRequesterLimit()
  expect(tell(limit, ANA, 100, 0)).toBe(30)
  expect([tell(limit, ANA, 9, 2 * MINUTE - 1), tell(limit, ANA, 9, 2 * MINUTE)]).toEqual([0, 1])
  expect(tell(limit, ANA, 100, 200 * MINUTE)).toBe(30)
})

test('one address takes nothing from another', () => {
  const limit = createRequesterLimit()
  tell(limit, ANA, 100, 0)
  expect(tell(limit, 'ben@example.com', 100, 0)).toBe(30)
})

test('a clock that was set back silences nobody', () => {
  const limit = createRequesterLimit()
  tell(limit, ANA, 100, 1000 * MINUTE)
  expect(tell(limit, ANA, 100, 0)).toBe(30)
})
