// Turns rows into the view that everybody outside sees.

import type { ApprovalRow } from '../../db/schema.ts'
import { isoTime } from '../kit/clock.ts'
import { parseStored } from '../kit/stored-json.ts'
import { findApproval } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import type { BriefApprovalRow } from '../store/lists.ts'
import { findReasons } from './unreached-reasons.ts'
import type { ApprovalSummary, ApprovalView, Progress, UnreachedReason } from './view.ts'
import { findShownVotes, type ShownVote } from './votes.ts'

export interface ViewOptions {
  publicUrl: string
  /** The channel types where people see cards: only there can an approval be reached. */
  reviewable: readonly string[]
}

/** The approval as it stands for this executor; undefined when there is none. */
export async function loadView(
  db: Executor,
  id: string,
  options: ViewOptions,
): Promise<ApprovalView | undefined> {
  const row = await findApproval(db, id)
  return row && composeView(db, row, options)
}

/** The view of a row that was read just now, with its votes. */
export async function composeView(
  db: Executor,
  row: ApprovalRow,
  { publicUrl, reviewable }: ViewOptions,
): Promise<ApprovalView> {
  const votes = await findShownVotes(db, [row])
  const reasons = await findReasons(db, [row], reviewable)
  return viewOf(row, publicUrl, votes.get(row.id), reasons.get(row.id))
}

/** The same of many rows, in as many queries. */
export const composeViews = composedBy(viewOf)

/** What a list says of many rows, in as many queries. */
export const composeSummaries = composedBy(summaryOf)

function composedBy<Row extends BriefApprovalRow, View>(
  shape: (row: Row, publicUrl: string, votes?: ShownVote[], reasons?: UnreachedReason[]) => View,
) {
  return async (db: Executor, rows: Row[], { publicUrl, reviewable }: ViewOptions): Promise<View[]> => {
    const votes = await findShownVotes(db, rows)
    const reasons = await findReasons(db, rows, reviewable)
    return rows.map((row) => shape(row, publicUrl, votes.get(row.id), reasons.get(row.id)))
  }
}

/** `reasons`: of one that is unreached. */
export function viewOf(
  row: ApprovalRow,
  publicUrl: string,
  votes: ShownVote[] = [],
  reasons: UnreachedReason[] = [],
): ApprovalView {
  const { action, ...rest } = summaryOf(row, publicUrl, votes, reasons)
  return {
    ...rest,
    action: { ...action, arguments: parseStored(row.arguments) as ApprovalView['action']['arguments'] },
    metadata: parseStored(row.metadata) as ApprovalView['metadata'],
  }
}

function summaryOf(
  row: BriefApprovalRow,
  publicUrl: string,
  votes: ShownVote[] = [],
  reasons: UnreachedReason[] = [],
): ApprovalSummary {
  return {
    id: row.id,
    status: row.status as ApprovalView['status'],
    digest: row.digest,
    url: `${publicUrl}/approvals/${row.id}`,
    key: { id: row.owner_key_id, name: row.key_name },
    agent: { id: row.agent_id, name: row.agent_name },
    action: { tool: row.tool, summary: row.summary, environment: row.environment },
    reasons: JSON.parse(row.reasons),
    risk: { level: row.risk_level as ApprovalView['risk']['level'], score: row.risk_score },
    requested_by: row.requested_by === '' ? null : { email: row.requested_by },
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
    closed_at: row.closed_at === null ? null : isoTime(row.closed_at),
    decisions: votes.map(({ row: vote, reviewerId }) => ({
      verdict: vote.verdict as 'approve' | 'deny',
      reviewer: { id: reviewerId, name: vote.reviewer_name, email: vote.reviewer_email },
      source: vote.source,
      note: vote.note,
      decided_at: isoTime(vote.decided_at),
    })),
    progress: [progressOf(row, votes)],
    review_notes: row.review_notes,
    reached: row.unreached_at === null,
    unreached_reasons: reasons,
    test: row.is_test === 1,
  }
}

function progressOf({ approvals_needed }: BriefApprovalRow, votes: ShownVote[]): Progress {
  const approved = votes.flatMap(({ row, reviewerId, counts }) =>
    counts ? [{ id: reviewerId, name: row.reviewer_name }] : [],
  )
  return { requirement: 'reviewers', approved, missing: Math.max(0, approvals_needed - approved.length) }
}
