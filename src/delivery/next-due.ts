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

/** Cards and updates, the kind first whose turn it is. */
async function findFirst(db: Executor, asked: Asked): Promise<DueDelivery[]> {
  const most = asked.limit.cards
  const cards = () => findCards(db, asked)
  const updates = () => inClass(db, asked, 'update', most)
  const [read, readOther] = asked.turns.isUpdateNext() ? [updates, cards] : [cards, updates]
  const first = await read()
  // To read updates is to walk through all that wait behind their cards: not where one card is enough.
  return most === 1 && first.length === 1 ? first : byTurns(first, await readOther()).slice(0, most)
}

async function findCards(db: Executor, { destinationId, now, turns, limit }: Asked): Promise<DueDelivery[]> {
  const best = await findWaitingCards(db, destinationId, now, 1)
  const perLane = best.length === 0 ? 0 : Math.ceil(limit.cards / best.length)
  const cards = perLane > 1 ? await findWaitingCards(db, destinationId, now, perLane) : best
  const ids = turns.order(cards, limit.cards).map(({ id }) => id)
  const found = new Map((await findDueByIds(db, ids)).map((due) => [due.delivery.id, due]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

function byTurns(one: DueDelivery[], other: DueDelivery[]): DueDelivery[] {
  const longer = one.length > other.length ? one : other
  return longer.flatMap((_, i) => [...one.slice(i, i + 1), ...other.slice(i, i + 1)])
}

/** Ids sort by time of creation; when something is due changes with each try. */
function byAge({ delivery: a }: DueDelivery, { delivery: b }: DueDelivery): number {
  return a.id < b.id ? -1 : 1
}
