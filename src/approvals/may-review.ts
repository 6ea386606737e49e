// May this person decide this approval? What cannot be verified is refused.

import type { ApprovalRow, PersonRow } from '../../db/schema.ts'
import { isReviewer } from '../people/people.ts'
import type { Executor } from '../store/database.ts'
import { findKeyHolder } from '../store/people.ts'
import type { Actor } from './desk.ts'
import type { RefusalCode } from './refusals.ts'

/**
 * undefined when they may: a full member who clicked a card that we posted at that destination, or a person with
 * the role reviewer; never the holder of the API key that asked, nor the one on whose behalf the agent acts, on
 * whatever surface.
 */
export async function refuseReviewer(
  db: Executor,
  approval: ApprovalRow,
  { by, person, clickedOurCard }: { by: Actor; person: PersonRow | undefined; clickedOurCard: boolean },
): Promise<RefusalCode | undefined> {
  if (by.standing === 'unknown') return 'reviewer_unverified'
  if (by.standing !== 'member') return 'not_a_reviewer'
  if (!clickedOurCard && !(person && isReviewer(person))) return 'not_a_reviewer'

  const requester = await findKeyHolder(db, approval.owner_key_id)
  if (requester && requester.id === person?.id) return 'own_request'
  const requesters = [approval.requested_by, requester?.email].filter(Boolean)
  if (requesters.length === 0) return undefined
  if (by.email === undefined) return 'reviewer_unverified'
  return requesters.includes(by.email.toLowerCase()) ? 'own_request' : undefined
}
