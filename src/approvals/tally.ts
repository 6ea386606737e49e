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
 * as much is met as can be. `persons`: the approvals of each; who gave several, before it was known that they are one,
 * counts for any group that they were in at one of them. Those of the group that was escalated to count for any, from
 * then on: what was cast before closes nothing by the time alone.
 */
export function fill<Vote extends Filling>(asked: AskedOfReviewers, persons: Vote[][]): Filled<Vote>[] {
  const requirements = requirementsOf(asked)
  const [only] = requirements
  if (asked.review === null && only) {
    const by = persons.flatMap(([first]) => first ?? [])
    return [{ requirement: only, by, missing: Math.max(0, only.approvals - by.length) }]
  }
  const all = requirements.map(({ group }) => group.id)
  const wild = asked.escalatedTo
  const groupsOf = ({ groups, row }: Vote) => {
    const own = groups ?? [USUAL_GROUP.id]
    return wild !== null && row.decided_at >= wild.at && own.includes(wild.id) ? all : own
  }
  const slots = requirements.map(({ group, approvals: needed }) => ({ group: group.id, approvals: needed }))
  const { filledBy, missing } = assign(
    slots,
    persons.map((votes) => new Set(votes.flatMap(groupsOf))),
  )
  return requirements.map((requirement, at) => ({
    requirement,
    by: (filledBy[at] ?? []).flatMap(
      (person) => persons[person]?.find((vote) => groupsOf(vote).includes(requirement.group.id)) ?? [],
    ),
    missing: missing[at] ?? 0,
  }))
}

/** Of each person the approval that counts: the one that fills a requirement, or else their first. */
export function countingOf<Vote extends Filling>(asked: AskedOfReviewers, persons: Vote[][]): Vote[] {
  const filling = new Set(fill(asked, persons).flatMap(({ by }) => by))
  return persons.flatMap((votes) => votes.find((vote) => filling.has(vote)) ?? votes[0] ?? [])
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
  const filled = fill(
    asked,
    approvals.map((vote) => [vote]),
  )
  return filled.every(({ missing }) => missing === 0) ? 'approved' : undefined
}

/** The approvals of each person: of nobody who was disabled since, and of nobody twice, by whichever of their accounts. */
export function approversOf<Vote extends CastVote>(votes: Vote[]): Vote[][] {
  const persons: Vote[][] = []
  for (const vote of votes) {
    if (vote.verdict !== 'approve' || vote.by.isDisabled) continue
    const same = persons.filter((person) => person.some(({ by }) => isSamePerson(by, vote.by)))
    // A third account may tie two that had nothing in common.
    const merged = [...same.flat(), vote]
    for (const person of same) persons.splice(persons.indexOf(person), 1)
    persons.push(merged)
  }
  return persons
}
