// Reads what a destination is to be sent next, in the order of sends.

import type { Executor } from '../store/database.ts'
import {
  type DueDelivery,
  findCardsByAge,
  findDueByIds,
  findDueInClass,
  findWaitingCards,
} from '../store/due.ts'
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

/** Cards by their turns, taking turns with updates; where these are all, critical alerts follow, then the rest. */
export async function findNext(db: Executor, asked: Asked): Promise<DueDelivery[]> {
  const { limit, inOrder } = asked
  if (inOrder === 'all') return findOldest(db, asked)
  const first = await findFirst(db, asked)
  const room = first.length < limit.cards ? limit.all - first.length : 0
  const critical = await inClass(db, asked, 'critical', room)
  if (inOrder === 'nothing') {
    return [...first, ...critical, ...(await inClass(db, asked, 'other', room - critical.length))]
  }
  const alerts = [...critical, ...(await inClass(db, asked, 'other', room))].toSorted(byAge)
  return [...first, ...alerts.slice(0, room)]
}

/** What all goes in one message has no turns. */
async function findOldest(db: Executor, asked: Asked): Promise<DueDelivery[]> {
  const { destinationId, now, limit } = asked
  const due = await findCardsByAge(db, { destinationId, now, limit: limit.all })
  for (const name of ['update', 'critical', 'other'] as const) {
    due.push(...(await inClass(db, asked, name, limit.all)))
  }
  return due.toSorted(byAge).slice(0, limit.all)
}

function inClass(
  db: Executor,
  { destinationId, now }: Asked,
  name: Exclude<keyof typeof CLASS, 'card'>,
  limit: number,
): Promise<DueDelivery[]> {
  return findDueInClass(db, { destinationId, class: CLASS[name], now, limit })
}

async function findFirst(db: Executor, asked: Asked): Promise<DueDelivery[]> {
  const { turns, limit } = asked
  const most = limit.cards
  // Updates that wait behind their cards are walked through: not where a card is next anyway.
  const updates = most > 1 || turns.isUpdateNext() ? await inClass(db, asked, 'update', most) : []
  if (most === 1 && updates.length === 1) return updates
  const cards = await findCards(db, asked)
  if (most === 1 && cards.length === 0 && !turns.isUpdateNext()) return inClass(db, asked, 'update', 1)
  return byTurns(cards, updates, asked)
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
