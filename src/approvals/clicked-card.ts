// Finds out whether the card that was clicked is one of ours, and which.

import type { Executor } from '../store/database.ts'
import { redeliverNewest, wasTold } from '../store/deliveries.ts'
import { findCard, rememberCard } from '../store/posted-cards.ts'
import type { Change } from './close.ts'
import type { Decide } from './desk.ts'

type Now = Pick<Change, 'trx' | 'now'>

export interface ClickedCard {
  destinationId: string
  handle: string
  /** false: it is not remembered yet. */
  known: boolean
}

/**
 * The card as we posted it: one that we remember for this approval or alert, or one that we do not know at a
 * destination that was sent it (killed between the platform's answer and our write). undefined: not one of ours.
 */
export async function findClickedCard(
  db: Executor,
  subjectId: string,
  at: Decide['at'],
): Promise<ClickedCard | undefined> {
  const { destinationIds = [], handle = '' } = at ?? {}
  for (const destinationId of destinationIds) {
    const card = await findCard(db, destinationId, handle)
    if (card) return card.subject_id === subjectId ? { destinationId, handle, known: true } : undefined
  }
  for (const destinationId of destinationIds) {
    if (await wasTold(db, subjectId, destinationId)) return { destinationId, handle, known: false }
  }
  return undefined
}

/** From now on it is remembered, and redrawn like any other. */
export async function adopt({ trx, now }: Now, subjectId: string, card: ClickedCard): Promise<void> {
  if (card.known) return
  await rememberCard(trx, {
    destination_id: card.destinationId,
    handle: card.handle,
    subject_id: subjectId,
    posted_at: now,
  })
}

/** A card that could still be clicked although nothing is left to press looks wrong: it is drawn again. */
export async function mend(change: Now, subjectId: string, card: ClickedCard): Promise<void> {
  await adopt(change, subjectId, card)
  await redeliverNewest(change.trx, subjectId, card.destinationId, change.now)
}
