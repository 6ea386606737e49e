// Decides whose card is next: the keys that ask take turns, and new cards take turns with updates of cards.

import type { WaitingCard } from '../store/due.ts'

/** What is remembered of a destination between two looks, or a key that has little to ask would wait for one that has much. */
export interface Turns {
  /** These cards, at most so many, in the order of their turns. The cards of a lane are given in their own order. */
  order(cards: WaitingCard[], limit: number): WaitingCard[]
  /** Whether an update is next when both wait. */
  isUpdateNext(): boolean
  /** Told of every card and update that is sent; `lane`: of a first card. */
  took(sent: { lane?: string | undefined }): void
  /** For `destinations.turns`. */
  stored(): string
}

interface Memory {
  /** The lanes in the order in which they were served last. */
  served: string[]
  last: 'card' | 'update'
}

/** Keys that asked so long ago count as new. */
const REMEMBERED = 500

const NOBODY: Memory = { served: [], last: 'update' }

/** `stored`: what `stored()` gave; null: nothing was sent yet. */
export function turnsOf(stored: string | null): Turns {
  const memory: Memory = stored === null ? NOBODY : JSON.parse(stored)
  // A set keeps the order in which its members came.
  const served = new Set(memory.served)
  let { last } = memory

  return {
    order(cards, limit) {
      const lanes = Map.groupBy(cards, ({ lane }) => lane)
      const before = new Set(served)
      const next: WaitingCard[] = []
      while (next.length < limit) {
        const waiting = [...lanes.values()].filter((lane) => lane.length > 0)
        const never = waiting.filter(([card]) => !before.has((card as WaitingCard).lane))
        const longestAgo = [...before].find((lane) => lanes.get(lane)?.length)
        const card = (mostUrgent(never) ?? lanes.get(longestAgo ?? ''))?.shift()
        if (!card) break
        moveToEnd(before, card.lane)
        next.push(card)
      }
      return next
    },
    isUpdateNext: () => last === 'card',
    took({ lane }) {
      last = lane === undefined ? 'update' : 'card'
      if (lane !== undefined) moveToEnd(served, lane)
    },
    stored: () => JSON.stringify({ served: [...served].slice(-REMEMBERED), last } satisfies Memory),
  }
}

function moveToEnd(set: Set<string>, member: string): void {
  set.delete(member)
  set.add(member)
}

/** The lane whose first card is the most urgent. */
function mostUrgent(lanes: WaitingCard[][]): WaitingCard[] | undefined {
  const rankOf = ([card]: WaitingCard[]) => card?.rank ?? 0
  return lanes.reduce<WaitingCard[] | undefined>(
    (best, lane) => (best && rankOf(best) <= rankOf(lane) ? best : lane),
    undefined,
  )
}
