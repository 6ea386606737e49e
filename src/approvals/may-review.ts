// May this person decide this approval? What cannot be verified is refused.

import type { ApprovalRow, PersonRow } from '../../db/schema.ts'
import { isReviewer } from '../identity/persons.ts'
import type { Actor } from './desk.ts'
import type { RefusalCode } from './refusals.ts'

interface Reviewer {
  by: Actor
  /** Whom we know by that account. */
  person: PersonRow | undefined
  /** The holder of the API key that asked. */
  requester: PersonRow | undefined
  /** The card that was clicked, if any was: whether it is one of ours. */
  card: 'none' | 'ours' | 'strange'
}

/**
 * undefined when they may: a full member who clicked a card that we posted at that destination, or without a card a
 * person with the role reviewer: whoever can sign clicks of one app speaks for nobody at the places of another. Never the holder of the API key that asked, nor the one on whose behalf the agent acts, on
 * whatever surface.
 */
export function refuseReviewer(
  approval: ApprovalRow,
  { by, person, requester, card }: Reviewer,
): RefusalCode | undefined {
  if (by.standing === 'unknown') return 'reviewer_unverified'
  if (by.standing !== 'member') return 'not_a_reviewer'
  const mayReview = card === 'none' ? person !== undefined && isReviewer(person) : card === 'ours'
  if (!mayReview) return 'not_a_reviewer'

  if (requester && requester.id === person?.id) return 'own_request'
  const requesters = [approval.requested_by, requester?.email].filter(Boolean)
  if (requesters.length === 0) return undefined
  if (by.emails === undefined) return 'reviewer_unverified'
  return by.emails.some((email) => requesters.includes(email.toLowerCase())) ? 'own_request' : undefined
}
