// What does one delivery do at its destination? Posts a message, or brings the cards that stand there to the truth.

import type { DeliveryRow, DestinationRow, PostedCardRow } from '../../db/schema.ts'
import type { EventView } from '../events/event.ts'
import { listens } from '../events/spine.ts'
import {
  type Destination,
  type Message,
  type Platform,
  type Posted,
  Undeliverable,
} from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { hasFinishedDelivery } from '../store/deliveries.ts'
import { findCards } from '../store/posted-cards.ts'

export type Delivered =
  | ({ what: 'posted' } & Posted)
  /** `lost`: cards that can never be redrawn, for example because somebody removed them. */
  | { what: 'redrawn'; lost: { card: PostedCardRow; code: string }[] }
  /** There is no card to redraw, and a second message is never sent. */
  | { what: 'nothing' }

/** Where a delivery goes. */
export interface Place {
  row: DestinationRow
  platform: Platform
  to: Destination
}

/**
 * Always draws from the current state, so that late, repeated or reordered deliveries leave the right card. A
 * platform that cannot redraw is sent each event that its destination listens to. Throws what the platform throws.
 */
export async function deliver(
  db: Executor,
  delivery: DeliveryRow,
  message: Message,
  { row, platform, to }: Place,
  now: number,
): Promise<Delivered> {
  if (message.kind === 'alert') return { what: 'posted', ...(await platform.post(message, to)) }
  const { view, event } = message
  if (!platform.redraw) {
    // What closes reaches all that were asked, because elsewhere it is the redraw.
    if (!view.test && !listens(row, heardIn(event))) return { what: 'nothing' }
    return { what: 'posted', ...(await platform.post(message, to)) }
  }
  const cards = await findCards(db, view.id, to.id)
  if (cards.length > 0) return { what: 'redrawn', lost: await redrawAll(cards, message, platform, to) }
  if (await hasFinishedDelivery(db, delivery)) return { what: 'nothing' }
  // A card that nobody can press any more is not worth another try; a redraw is.
  const tooLate = Date.parse(view.expires_at) <= now
  if (tooLate && delivery.attempts > 0) throw new Undeliverable('message', delivery.last_error ?? 'expired')
  return { what: 'posted', ...(await platform.post(message, to)) }
}

function heardIn({ type, severity, tool, agent }: EventView) {
  return { type, severity, tool, agentId: agent?.id ?? null }
}

async function redrawAll(
  cards: PostedCardRow[],
  message: Message,
  platform: Platform,
  to: Destination,
): Promise<{ card: PostedCardRow; code: string }[]> {
  const lost: { card: PostedCardRow; code: string }[] = []
  for (const card of cards) {
    try {
      await platform.redraw?.(card.handle, message, to)
    } catch (error) {
      if (!(error instanceof Undeliverable && error.what === 'message')) throw error
      lost.push({ card, code: error.code })
    }
  }
  return lost
}
