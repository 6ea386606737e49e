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
  /** The lanes whose turn it was in this round. */
  served: string[]
  last: 'card' | 'update'
}

const NOBODY: Memory = { served: [], last: 'update' }

/** `stored`: what `stored()` gave; null: nothing was sent yet. */
export function turnsOf(stored: string | null): Turns {
  const memory: Memory = stored === null ? NOBODY : JSON.parse(stored)
  let served = new Set(memory.served)
  let { last } = memory

  return {
    order(cards, limit) {
      const lanes = [...Map.groupBy(cards, ({ lane }) => lane).values()]
      const done = new Set(served)
      const next: WaitingCard[] = []
      while (next.length < limit) {
        const waiting = lanes.filter((lane) => lane.length > 0)
        const unserved = waiting.filter(([card]) => !done.has((card as WaitingCard).lane))
        // A new round.
        if (unserved.length === 0) done.clear()
        const best = first(unserved.length === 0 ? waiting : unserved)?.shift()
        if (!best) break
        done.add(best.lane)
        next.push(best)
      }
      return next
    },
    isUpdateNext: () => last === 'card',
    took({ lane }) {
      last = lane === undefined ? 'update' : 'card'
      if (lane === undefined) return
      if (served.has(lane)) served = new Set()
      served.add(lane)
    },
    stored: () => JSON.stringify({ served: [...served], last } satisfies Memory),
  }
}

/** The lane whose first card is the most urgent. */
function first(lanes: WaitingCard[][]): WaitingCard[] | undefined {
  const rankOf = ([card]: WaitingCard[]) => card?.rank ?? ''
  return lanes.reduce<WaitingCard[] | undefined>(
    (best, lane) => (best && rankOf(best) <= rankOf(lane) ? best : lane),
    undefined,
  )
}
