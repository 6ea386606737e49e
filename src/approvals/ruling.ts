// Keeps with an approval what the policy said of it when it was made: which rule applied, and what it asks of reviewers.

import type { ApprovalRow } from '../../db/schema.ts'
import { REVIEWERS } from '../policy/policy.ts'
import type { Verdict } from './view.ts'

/** A group as it was named then; renamed later, it stays the same group. */
export interface NamedGroup {
  id: string
  name: string
}

export interface Requirement {
  group: NamedGroup
  /** So many of its members must approve. */
  approvals: number
}

/** What reviewers must do, beyond one approval of anybody who may review. */
export interface Review {
  /** All are to be met, each by other people. */
  requirements: Requirement[]
  /** A vote of these kinds needs a note. */
  noteRequired: Verdict[]
  /** Whoever approves must have opened all of it. */
  detailsMustBeOpened: boolean
  /** Whose members count for any requirement, once they were asked too. */
  escalateTo: NamedGroup | null
  /** People see its card at these destinations alone. */
  destinations: string[] | null
  /** Who hears of it directly, beside its cards. */
  tell: ('reviewers' | 'requester')[]
}

export interface Ruling {
  /** Of the policy that was in force. */
  version: number
  /** The name of the rule that applied; null: none did. */
  rule: string | null
  /** The policy itself approved or denied: nobody was asked. */
  answered: boolean
  /** Why the rule applied, or the risk was raised, although something could not be told, in sentences. */
  because: string[]
  /** null: what is usual. */
  review: Review | null
}

/** Whoever may review without a policy. */
export const USUAL_GROUP: NamedGroup = { id: REVIEWERS, name: REVIEWERS }

/** null: no policy was in force. */
export function rulingOf({ ruling }: Pick<ApprovalRow, 'ruling'>): Ruling | null {
  return ruling === null ? null : JSON.parse(ruling)
}

/** What an approval asks of reviewers. */
export interface AskedOfReviewers {
  review: Review | null
  /** Without a review: so many of anybody who may review. */
  approvals: number
  /** The group that was escalated to, and when; null: none was, or not yet. */
  escalatedTo: (NamedGroup & { at: number }) | null
}

export function askedOf(
  row: Pick<ApprovalRow, 'ruling' | 'approvals_needed' | 'escalated_at'>,
): AskedOfReviewers {
  const review = rulingOf(row)?.review ?? null
  const { escalated_at: at, approvals_needed: approvals } = row
  const to = review?.escalateTo
  return { review, approvals, escalatedTo: at !== null && to ? { ...to, at } : null }
}

type Ruled = Pick<
  ApprovalRow,
  'ruling' | 'approvals_needed' | 'escalated_at' | 'risk_level' | 'grant_seconds'
>

/** Whether both ask the same of reviewers, at the same risk, and a yes to either may be used for as long. */
export function isAskedAlike(one: Ruled, other: Ruled): boolean {
  return JSON.stringify(demandsOf(one)) === JSON.stringify(demandsOf(other))
}

/** By the ids of groups, and whatever the order in which the policy writes them. */
function demandsOf(row: Ruled): unknown[] {
  const asked = askedOf(row)
  const { noteRequired = [], detailsMustBeOpened = false, destinations } = asked.review ?? {}
  return [
    row.risk_level,
    row.grant_seconds,
    requirementsOf(asked)
      .map(({ group, approvals }) => `${group.id} ${approvals}`)
      .sort(),
    noteRequired.toSorted(),
    detailsMustBeOpened,
    asked.review?.escalateTo?.id ?? null,
    destinations?.toSorted() ?? null,
  ]
}

/** What is to be met, in the policy's order. */
export function requirementsOf({ review, approvals }: AskedOfReviewers): Requirement[] {
  return review?.requirements ?? [{ group: USUAL_GROUP, approvals }]
}
