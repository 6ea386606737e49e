// May this person decide this approval? What cannot be verified is refused.

import type { ApprovalRow, PersonRow } from '../../db/schema.ts'
import { isReviewer } from '../people/people.ts'
import type { Actor } from './desk.ts'
import type { RefusalCode } from './refusals.ts'

interface Reviewer {
  by: Actor
  /** Whom we know by that account. */
  person: PersonRow | undefined
  /** The holder of the API key that asked. */
  requester: PersonRow | undefined
  clickedOurCard: boolean
}

/**
 * undefined when they may: a full member who clicked a card that we posted at that destination, or a person with
 * the role reviewer; never the holder of the API key that asked, nor the one on whose behalf the agent acts, on
 * whatever surface.
 */
export function refuseReviewer(
  approval: ApprovalRow,
  { by, person, requester, clickedOurCard }: Reviewer,
): RefusalCode | undefined {
  if (by.standing === 'unknown') return 'reviewer_unverified'
  if (by.standing !== 'member') return 'not_a_reviewer'
  if (!clickedOurCard && !(person && isReviewer(person))) return 'not_a_reviewer'

  if (requester && requester.id === person?.id) return 'own_request'
  const requesters = [approval.requested_by, requester?.email].filter(Boolean)
  if (requesters.length === 0) return undefined
  if (by.emails === undefined) return 'reviewer_unverified'
  return by.emails.some((email) => requesters.includes(email.toLowerCase())) ? 'own_request' : undefined
}
