// Says whether somebody has opened all of what they approve, where that is asked.

import type { ApprovalRow } from '../../db/schema.ts'
import type { Actor } from '../identity/accounts.ts'
import { findPerson } from '../identity/persons.ts'
import type { Executor } from '../store/database.ts'
import { findSeenBy } from '../store/seen.ts'
import type { ClickedCard } from './clicked-card.ts'
import type { AskedOfReviewers } from './ruling.ts'

/**
 * A card that does not show everything must be opened, on whatever surface; where the policy asks, everything must.
 * What the API answers is whole. A test asks for nothing.
 */
export async function isOpened(
  db: Executor,
  approval: ApprovalRow,
  { review }: AskedOfReviewers,
  { actor, card }: { actor: Actor; card: ClickedCard | undefined },
): Promise<boolean> {
  const isCut = card !== undefined && !card.whole
  if (approval.is_test === 1 || !(isCut || review?.detailsMustBeOpened)) return true
  if (!actor) return false
  const seenBy = await findSeenBy(db, approval.id)
  if (seenBy.length === 0) return false
  const { rows } = await findPerson(db, actor)
  return rows.some(({ id }) => seenBy.includes(id))
}
