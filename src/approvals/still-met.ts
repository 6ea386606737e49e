// Says whether people's recorded yes is worth what the policy asks now.

import type { ApprovalRow } from '../../db/schema.ts'
import { atLeast, type Severity } from '../events/severity.ts'
import { askedOf, type Review } from './ruling.ts'
import { fill } from './tally.ts'
import { groupsIn, type ShownVote } from './votes.ts'

/** `asked`: the row of the new request, under the rule that applies now. `votes`: all on the approved one. */
export function isStillMet(asked: ApprovalRow, approved: ApprovalRow, votes: ShownVote[]): boolean {
  if (!atLeast(approved.risk_level as Severity, asked.risk_level as Severity)) return false
  // A rule that leaves shorter grants now is asked anew where its own would be over.
  if ((approved.closed_at ?? 0) + asked.grant_seconds * 1000 <= asked.created_at) return false
  const [now, then] = [askedOf(asked), askedOf(approved)]
  const counted = votes.filter(({ counts }) => counts)
  if (!isReviewedAsNow(now.review, then.review, counted)) return false
  // Whoever stood in for others then does so now, where the rule still says so.
  const isSame = then.escalatedTo !== null && now.review?.escalateTo?.id === then.escalatedTo.id
  const filled = fill(
    { ...now, escalatedTo: isSame ? then.escalatedTo : null },
    counted.map(({ row }) => [{ row, groups: groupsIn(row) }]),
  )
  return filled.every(({ missing }) => missing === 0)
}

/** What is asked of those who approve beside their votes. */
function isReviewedAsNow(now: Review | null, then: Review | null, counted: ShownVote[]): boolean {
  if (now === null) return true
  if (now.detailsMustBeOpened && !then?.detailsMustBeOpened) return false
  const lacksNote = counted.some(({ row }) => (row.note ?? '').trim() === '')
  if (now.noteRequired.includes('approve') && lacksNote) return false
  const { destinations } = now
  return destinations === null || then?.destinations?.every((id) => destinations.includes(id)) === true
}
