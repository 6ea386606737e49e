// Is the card that was clicked one of ours, and which?

import type { Executor } from '../store/database.ts'
import { redeliverNewest, wasTold } from '../store/deliveries.ts'
import { findCard, rememberCard } from '../store/posted-cards.ts'
import type { Change } from './close.ts'
import type { Decide } from './desk.ts'

export interface ClickedCard {
  destinationId: string
  handle: string
  /** false: it is not remembered yet. */
  known: boolean
}

/**
 * The card as we posted it: one that we remember for this approval, or one that we do not know at a destination
 * that was sent this approval (killed between the platform's answer and our write). undefined: not one of ours.
 */
export async function findClickedCard(
  db: Executor,
  { approvalId, at }: Pick<Decide, 'approvalId' | 'at'>,
): Promise<ClickedCard | undefined> {
  const { destinationIds = [], handle = '' } = at ?? {}
  for (const destinationId of destinationIds) {
    const card = await findCard(db, destinationId, handle)
    if (card) return card.approval_id === approvalId ? { destinationId, handle, known: true } : undefined
  }
  for (const destinationId of destinationIds) {
    if (await wasTold(db, approvalId, destinationId)) return { destinationId, handle, known: false }
  }
  return undefined
}

/** From now on it is remembered, and redrawn like any other. */
export async function adopt({ trx, now }: Change, approvalId: string, card: ClickedCard): Promise<void> {
  if (card.known) return
  await rememberCard(trx, {
    destination_id: card.destinationId,
    handle: card.handle,
    approval_id: approvalId,
    posted_at: now,
  })
}

/** A card that could still be clicked although the approval is closed looks wrong: it is drawn again. */
export async function mend(change: Change, approvalId: string, card: ClickedCard): Promise<void> {
  await adopt(change, approvalId, card)
  await redeliverNewest(change.trx, approvalId, card.destinationId, change.now)
}
