// Says what the votes on an approval come to.

import type { DecisionRow } from '../../db/schema.ts'
import { isSamePerson, type Person } from '../identity/persons.ts'
import { assign } from '../policy/assign.ts'
import { type AskedOfReviewers, type Requirement, requirementsOf, USUAL_GROUP } from './ruling.ts'
import type { ApprovalStatus, Verdict } from './view.ts'

/** What a vote counts as, once it is known who cast it. */
export interface CastVote {
  verdict: Verdict
  by: Person
  /** The groups that the voter was in when they voted; null: the approval names none. */
  groups: readonly string[] | null
}

/** A vote as it fills requirements. */
interface Filling extends Pick<CastVote, 'groups'> {
  row: Pick<DecisionRow, 'decided_at'>
}

/** Who fills a requirement, and how many more must. */
export interface Filled<Vote> {
  requirement: Requirement
  by: Vote[]
  missing: number
}

/**
 * How the approvals fill the requirements: everybody counts once in all, for whichever requirement needs them, so that
 * as much is met as can be. `approvals`: of different people. Those of the group that was escalated to count for any,
 * from then on: what was cast before closes nothing by the time alone.
 */
export function fill<Vote extends Filling>(asked: AskedOfReviewers, approvals: Vote[]): Filled<Vote>[] {
  const requirements = requirementsOf(asked)
  const [only] = requirements
  if (asked.review === null && only) {
    const missing = Math.max(0, only.approvals - approvals.length)
    return [{ requirement: only, by: approvals, missing }]
  }
  const all = requirements.map(({ group }) => group.id)
  const wild = asked.escalatedTo
  const voters = approvals.map(({ groups, row }) => {
    const own = groups ?? [USUAL_GROUP.id]
    return new Set(wild !== null && row.decided_at >= wild.at && own.includes(wild.id) ? all : own)
  })
  const slots = requirements.map(({ group, approvals: needed }) => ({ group: group.id, approvals: needed }))
  const { filledBy, missing } = assign(slots, voters)
  return requirements.map((requirement, at) => ({
    requirement,
    by: (filledBy[at] ?? []).flatMap((voter) => approvals[voter] ?? []),
    missing: missing[at] ?? 0,
  }))
}

/**
 * How a vote closes the approval, or undefined while more people must approve. One denial closes. `approvals`: of
 * different people, this one among them.
 */
export function tally(
  verdict: Verdict,
  asked: AskedOfReviewers,
  approvals: Filling[],
): Extract<ApprovalStatus, 'approved' | 'denied'> | undefined {
  if (verdict === 'deny') return 'denied'
  return fill(asked, approvals).every(({ missing }) => missing === 0) ? 'approved' : undefined
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
