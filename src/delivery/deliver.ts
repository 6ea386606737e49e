// What does one delivery do at its destination? Posts a card, or brings the cards that stand there to the truth.

import type { DeliveryRow, PostedCardRow } from '../../db/schema.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { type Destination, type Message, type Platform, Undeliverable } from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { hasFinishedDelivery } from '../store/deliveries.ts'
import { findCards } from '../store/posted-cards.ts'

export type Delivered =
  | { what: 'posted'; handle: string | undefined }
  /** `lost`: cards that can never be redrawn, for example because somebody removed them. */
  | { what: 'redrawn'; lost: { card: PostedCardRow; code: string }[] }
  /** There is no card to redraw, and a second message is never sent. */
  | { what: 'nothing' }

/**
 * Always draws from the current state, so that late, repeated or reordered deliveries leave the right card.
 * Throws what the platform throws.
 */
export async function deliver(
  db: Executor,
  delivery: DeliveryRow,
  view: ApprovalView,
  platform: Platform,
  to: Destination,
  now: number,
): Promise<Delivered> {
  const message: Message = { kind: 'approval', view }
  const cards = await findCards(db, view.id, to.id)
  if (cards.length > 0) return { what: 'redrawn', lost: await redrawAll(cards, message, platform, to) }
  if (await hasFinishedDelivery(db, delivery)) return { what: 'nothing' }
  // A card that nobody can press any more is not worth another try; a redraw is.
  const tooLate = Date.parse(view.expires_at) <= now
  if (tooLate && delivery.attempts > 0) throw new Undeliverable('message', delivery.last_error ?? 'expired')
  const { handle } = await platform.post(message, to)
  return { what: 'posted', handle }
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
