// Reads what a destination is to be sent next, in the order of sends.

import type { Executor } from '../store/database.ts'
import { type DueDelivery, findDueByIds, findDueInClass, findWaitingCards } from '../store/due.ts'
import { CLASS } from '../store/literals.ts'
import type { Turns } from './turns.ts'

export interface Asked {
  destinationId: string
  now: number
  turns: Turns
  /** How many cards and updates, and how many deliveries in all. */
  limit: { cards: number; all: number }
  /** What keeps the order in which it came, whatever is worse: all that goes in one message, or the alerts alone. */
  inOrder: 'all' | 'alerts' | 'nothing'
}

/** Cards by their turns, taking turns with updates; then critical alerts; then the rest. */
export async function findNext(db: Executor, asked: Asked): Promise<DueDelivery[]> {
  const { destinationId, now, limit } = asked
  const inClass = (name: Exclude<keyof typeof CLASS, 'card'>, most: number) =>
    findDueInClass(db, { destinationId, class: CLASS[name], now, limit: most })
  const first = byTurns(await findCards(db, asked), await inClass('update', limit.cards), asked)
  const room = limit.all - first.length
  const critical = await inClass('critical', room)
  if (asked.inOrder === 'nothing') {
    return [...first, ...critical, ...(await inClass('other', room - critical.length))]
  }
  const alerts = [...critical, ...(await inClass('other', room))].toSorted(byAge).slice(0, room)
  return asked.inOrder === 'all' ? [...first, ...alerts].toSorted(byAge) : [...first, ...alerts]
}

async function findCards(db: Executor, { destinationId, now, turns, limit }: Asked): Promise<DueDelivery[]> {
  const best = await findWaitingCards(db, destinationId, now, 1)
  const perLane = best.length === 0 ? 0 : Math.ceil(limit.cards / best.length)
  const cards = perLane > 1 ? await findWaitingCards(db, destinationId, now, perLane) : best
  const ids = turns.order(cards, limit.cards).map(({ id }) => id)
  const found = new Map((await findDueByIds(db, ids)).map((due) => [due.delivery.id, due]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

function byTurns(cards: DueDelivery[], updates: DueDelivery[], { turns, limit }: Asked): DueDelivery[] {
  const [one, other] = turns.isUpdateNext() ? [updates, cards] : [cards, updates]
  const next: DueDelivery[] = []
  for (let i = 0; i < Math.max(one.length, other.length); i++)
    next.push(...one.slice(i, i + 1), ...other.slice(i, i + 1))
  return next.slice(0, limit.cards)
}

/** Ids sort by time of creation; when something is due changes with each try. */
function byAge({ delivery: a }: DueDelivery, { delivery: b }: DueDelivery): number {
  return a.id < b.id ? -1 : 1
}
