// Shows that one person counts once in all, for whichever requirement needs them: as well as by trying everything.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assign } from '../../src/policy/assign.ts'
import type { Requirement } from '../../src/policy/policy.ts'

const GROUPS = ['a', 'b', 'c', 'd']

/** The most places that can be filled, by trying each voter at each requirement and nowhere. */
function most(requirements: Requirement[], voters: ReadonlySet<string>[]): number {
  const [voter, ...others] = voters
  if (!voter) return 0
  const ways = requirements.flatMap(({ group, approvals }, at) => {
    if (!voter.has(group) || approvals === 0) return []
    const left = requirements.with(at, { group, approvals: approvals - 1 })
    return [1 + most(left, others)]
  })
  return Math.max(most(requirements, others), ...ways)
}

const requirements = fc.uniqueArray(
  fc.record({ group: fc.constantFrom(...GROUPS), approvals: fc.integer({ min: 1, max: 3 }) }),
  {
    minLength: 1,
    selector: ({ group }) => group,
  },
)
const voters = fc.array(
  fc.subarray(GROUPS).map((groups) => new Set(groups)),
  { maxLength: 6 },
)

test('fills as many places as can be filled, each with a person who counts for it, nobody twice', () => {
  fc.assert(
    fc.property(requirements, voters, (asked, people) => {
      const { filledBy, missing } = assign(asked, people)
      const counted = filledBy.flat()
      expect(counted.length).toBe(most(asked, people))
      expect(new Set(counted).size).toBe(counted.length)
      for (const [at, { group, approvals }] of asked.entries()) {
        expect(filledBy[at]?.every((voter) => people[voter]?.has(group))).toBe(true)
        expect(missing[at]).toBe(approvals - (filledBy[at]?.length ?? 0))
        expect(missing[at]).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 500 },
  )
})

test('whoever counts goes on counting when others come after', () => {
  fc.assert(
    fc.property(requirements, voters, voters, (asked, before, after) => {
      const counted = new Set(assign(asked, before).filledBy.flat())
      const then = new Set(assign(asked, [...before, ...after]).filledBy.flat())
      expect([...counted].every((voter) => then.has(voter))).toBe(true)
    }),
  )
})

test('one who is in both groups leaves the place to one who is in one alone', () => {
  const asked = [
    { group: 'payments', approvals: 1 },
    { group: 'security', approvals: 1 },
  ]
  const ana = new Set(['payments', 'security'])
  const ben = new Set(['payments'])
  expect(assign(asked, [ana])).toEqual({ filledBy: [[0], []], missing: [0, 1] })
  expect(assign(asked, [ana, ben])).toEqual({ filledBy: [[1], [0]], missing: [0, 0] })
  expect(assign(asked, [ben, ana])).toEqual({ filledBy: [[0], [1]], missing: [0, 0] })
  expect(assign(asked, [ben, ben])).toEqual({ filledBy: [[0], []], missing: [0, 1] })
})

test('ten requirements of twenty with a crowd take no time', () => {
  const groups = Array.from({ length: 10 }, (_, at) => `group ${at}`)
  const asked = groups.map((group) => ({ group, approvals: 20 }))
  const crowd = Array.from({ length: 400 }, (_, at) => new Set(groups.slice(0, 1 + (at % 10))))
  const before = process.threadCpuUsage()
  expect(assign(asked, crowd).missing).toEqual(groups.map(() => 0))
  expect(process.threadCpuUsage(before).user).toBeLessThan(500_000)
})
