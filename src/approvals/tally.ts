// Says what the votes on an approval come to.

import { isSamePerson, type Person } from '../identity/persons.ts'
import type { ApprovalStatus, Verdict } from './view.ts'

/** What a vote counts as, once it is known who cast it. */
export interface CastVote {
  verdict: Verdict
  by: Person
}

/**
 * How a vote closes the approval, or undefined while more people must approve. `approvers`: how many others have, as
 * `approversOf` counts them. One denial closes.
 */
export function tally(
  verdict: Verdict,
  approvers: number,
  needed: number,
): Exclude<ApprovalStatus, 'pending' | 'expired' | 'withdrawn'> | undefined {
  if (verdict === 'deny') return 'denied'
  return approvers + 1 >= needed ? 'approved' : undefined
}

/** Who has approved and counts: nobody who was disabled since, and nobody twice, by whichever of their accounts. */
export function approversOf<Vote extends CastVote>(votes: Vote[]): Vote[] {
  const groups: Vote[][] = []
  for (const vote of votes) {
    if (vote.verdict !== 'approve' || vote.by.isDisabled) continue
    const same = groups.filter((group) => group.some(({ by }) => isSamePerson(by, vote.by)))
    // A third account may tie two that had nothing in common.
    const merged = [...same.flat(), vote]
    for (const group of same) groups.splice(groups.indexOf(group), 1)
    groups.push(merged)
  }
  return groups.map(([first]) => first as Vote)
}
