// Finds out whether the card that was clicked is one of ours, and which.

import type { Executor } from '../store/database.ts'
import { redeliverNewest, wasTold } from '../store/deliveries.ts'
import { type Closure, findCard, rememberCard } from '../store/posted-cards.ts'
import type { Change } from './change.ts'
import type { Decide } from './desk.ts'
import type { RefusalCode } from './refusals.ts'

type Now = Pick<Change, 'trx' | 'now'>

export interface ClickedCard {
  destinationId: string
  handle: string
  /** false: it is not remembered yet. */
  known: boolean
  /** All that is to be decided stands on it; what we do not remember posting counts as cut. */
  whole: boolean
  /** Why nothing that is pressed on it counts. */
  refusal: RefusalCode | undefined
}

const REFUSALS = { removed: 'destination_removed', off: 'destination_off' } as const

function refusalFor(closure: Closure): ClickedCard['refusal'] {
  return closure === null ? undefined : REFUSALS[closure]
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
    if (!card) continue
    if (card.subject_id !== subjectId) return undefined
    const [known, whole] = [true, card.whole === 1]
    return { destinationId, handle, known, whole, refusal: refusalFor(card.closure) }
  }
  return findUnknownCard(db, subjectId, destinationIds, handle)
}

/** Where several of them were sent it, the card is taken for one of a place where it counts. */
async function findUnknownCard(
  db: Executor,
  subjectId: string,
  destinationIds: string[],
  handle: string,
): Promise<ClickedCard | undefined> {
  let found: ClickedCard | undefined
  for (const destinationId of destinationIds) {
    const told = await wasTold(db, subjectId, destinationId)
    if (!told) continue
    const [known, whole] = [false, false]
    const card = { destinationId, handle, known, whole, refusal: refusalFor(told.closure) }
    if (card.refusal === undefined) return card
    found ??= card
  }
  return found
}

/** From now on it is remembered, and redrawn like any other. */
export async function adopt({ trx, now }: Now, subjectId: string, card: ClickedCard): Promise<void> {
  if (card.known) return
  await rememberCard(trx, {
    destination_id: card.destinationId,
    handle: card.handle,
    subject_id: subjectId,
    posted_at: now,
    whole: Number(card.whole),
  })
}

/** A card that could still be clicked although nothing is left to press looks wrong: it is drawn again. */
export async function mend(change: Now, subjectId: string, card: ClickedCard): Promise<void> {
  await adopt(change, subjectId, card)
  await redeliverNewest(change.trx, subjectId, card.destinationId, change.now)
}
