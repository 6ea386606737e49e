// Reads the votes on approvals: as they count for a decision, and as they are shown.

import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { findPeople, type Person } from '../identity/persons.ts'
import type { Executor } from '../store/database.ts'
import { findVoteRows, type VoteRow } from '../store/decisions.ts'
import { type AskedOfReviewers, askedOf } from './ruling.ts'
import { approversOf, type CastVote, countingOf } from './tally.ts'
import type { Verdict } from './view.ts'

/** A recorded vote, by the person as they are known today. */
export interface Vote extends CastVote {
  row: DecisionRow
}

/** A recorded vote as a view shows it. */
export interface ShownVote {
  row: DecisionRow
  /** Of whoever was joined, the eldest. */
  reviewerId: string
  /** Whether it is one of the approvals that count. */
  counts: boolean
}

/**
 * In the order in which they were cast, by the approval's id. What counts for a pending one depends on who its voters
 * are today; for a closed one it was recorded.
 */
export async function findShownVotes(
  db: Executor,
  approvals: Pick<ApprovalRow, 'id' | 'status' | 'ruling' | 'approvals_needed' | 'escalated_at'>[],
): Promise<Map<string, ShownVote[]>> {
  const rows = await findVoteRows(
    db,
    approvals.map(({ id }) => id),
  )
  if (rows.length === 0) return new Map()
  const pending = new Map(
    approvals.flatMap((row) => (row.status === 'pending' ? [[row.id, askedOf(row)] as const] : [])),
  )
  const byApproval = Map.groupBy(rows, ({ approval_id }) => approval_id)
  const needsPeople = ({ approval_id, merged_into }: VoteRow) =>
    merged_into !== null || pending.has(approval_id)
  const votes = new Map(
    (await votesWithPeople(db, rows.filter(needsPeople))).map((vote) => [vote.row.id, vote]),
  )
  return new Map([...byApproval].map(([id, cast]) => [id, shown(cast, votes, pending.get(id))]))
}

/** `asked`: of a pending approval. */
function shown(rows: VoteRow[], votes: Map<string, Vote>, asked: AskedOfReviewers | undefined): ShownVote[] {
  const known = rows.flatMap(({ id }) => votes.get(id) ?? [])
  const counting = new Set(asked && countingOf(asked, approversOf(known)).map(({ row }) => row.id))
  return rows.map((row) => ({
    row,
    reviewerId: votes.get(row.id)?.by.id ?? row.person_id,
    counts: asked ? counting.has(row.id) : row.verdict === 'approve' && row.counted === 1,
  }))
}

/** Those that the voter was in when they voted; null: the approval names none. */
export function groupsIn({ groups }: Pick<DecisionRow, 'groups'>): string[] | null {
  return groups === null ? null : JSON.parse(groups)
}

/** Rows as they count: with the people who cast them, as they are known today. */
export async function votesWithPeople(db: Executor, rows: DecisionRow[]): Promise<Vote[]> {
  return votesBy(await findPeople(db, votersOf(rows)), rows)
}

/** The same, where the people were found already, by the ids of their rows. */
export function votesBy(people: ReadonlyMap<string, Person>, rows: DecisionRow[]): Vote[] {
  return rows.map((row) => ({
    row,
    verdict: row.verdict as Verdict,
    by: people.get(row.person_id) as Person,
    groups: groupsIn(row),
  }))
}

/** The ids of their rows. */
export function votersOf(rows: DecisionRow[]): string[] {
  return rows.map(({ person_id }) => person_id)
}
