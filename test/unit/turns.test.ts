// Shows that keys take turns at a destination: none waits for more than one card of each other key, whatever comes.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { turnsOf } from '../../src/delivery/turns.ts'
import type { WaitingCard } from '../../src/store/due.ts'

/** Before each send some cards come: by key, each with its rank. */
const arrivals = fc.array(
  fc.array(fc.record({ key: fc.integer({ min: 0, max: 5 }), rank: fc.integer({ min: 0, max: 9 }) }), {
    maxLength: 6,
  }),
  { minLength: 1, maxLength: 40 },
)

interface Simulated {
  sent: WaitingCard[]
  /** How many cards of each other key went while the card of a key was the first of its own. */
  waits: { of: string; others: Map<string, number> }[]
}

/** Looks before each send as a sender does, `atOnce` cards at a time, with the memory stored in between. */
function simulate(steps: { key: number; rank: number }[][], atOnce: number): Simulated {
  const waiting: WaitingCard[] = []
  const sent: WaitingCard[] = []
  const waits: Simulated['waits'] = []
  const since = new Map<string, Map<string, number>>()
  let stored: string | null = null
  let made = 0
  const first = (lane: string) => waiting.filter((card) => card.lane === lane).toSorted(byRank)[0]
  for (let step = 0; step < steps.length || waiting.length > 0; step++) {
    for (const { key, rank } of steps[step] ?? []) {
      const id = String(made++).padStart(6, '0')
      waiting.push({ id, lane: `key ${key}`, rank })
    }
    for (const { lane } of waiting) if (!since.has(lane)) since.set(lane, new Map())
    const turns = turnsOf(stored)
    const next = turns.order(waiting.toSorted(byRank), atOnce)
    for (const card of next) {
      expect(card).toBe(first(card.lane))
      waiting.splice(waiting.indexOf(card), 1)
      sent.push(card)
      turns.took(card)
      waits.push({ of: card.lane, others: since.get(card.lane) ?? new Map() })
      since.delete(card.lane)
      for (const others of since.values()) others.set(card.lane, (others.get(card.lane) ?? 0) + 1)
      if (waiting.some(({ lane }) => lane === card.lane)) since.set(card.lane, new Map())
    }
    stored = turns.stored()
  }
  return { sent, waits }
}

const byRank = (a: WaitingCard, b: WaitingCard) => a.rank - b.rank || (a.id < b.id ? -1 : 1)

test.each([1, 3, 20])(
  'with %i cards a look, nothing is lost or doubled, and no key waits for two of another',
  (atOnce) => {
    fc.assert(
      fc.property(arrivals, (steps) => {
        const { sent, waits } = simulate(steps, atOnce)
        expect(new Set(sent).size).toBe(steps.flat().length)
        for (const { others } of waits) expect(Math.max(0, ...others.values())).toBeLessThanOrEqual(1)
      }),
    )
  },
)

test('a key with one card waits for none of a key with 300, and ten keys with three each for nearly none', () => {
  const flood = Array.from({ length: 300 }, () => ({ key: 0, rank: 0 }))
  const others = Array.from({ length: 10 }, (_, i) => [1, 2, 3].map(() => ({ key: i + 1, rank: 5 }))).flat()
  const { sent } = simulate([[...flood, { key: 11, rank: 0 }, ...others]], 1)
  const at = (key: number) => sent.flatMap(({ lane }, index) => (lane === `key ${key}` ? [index] : []))
  expect(at(11)).toEqual([1])
  for (let key = 1; key <= 10; key++) expect(Math.max(...at(key))).toBeLessThan(3 * 12)
})

test('new cards and updates take turns, also over a restart', () => {
  const turns = turnsOf(null)
  expect(turns.isUpdateNext()).toBe(false)
  turns.took({ lane: 'key 1' })
  expect(turnsOf(turns.stored()).isUpdateNext()).toBe(true)
  turns.took({})
  expect(turnsOf(turns.stored()).isUpdateNext()).toBe(false)
})
