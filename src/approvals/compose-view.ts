// How do rows become the view that everybody outside sees?

import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { isoTime } from '../kit/clock.ts'
import { findApproval, findDecisions } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import { findDecisionsOf } from '../store/lists.ts'
import { findReasons } from './unreached-reasons.ts'
import type { ApprovalView, UnreachedReason } from './view.ts'

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

/** The view of a row that was read just now, with its decisions. */
export async function composeView(
  db: Executor,
  row: ApprovalRow,
  { publicUrl, reviewable }: ViewOptions,
): Promise<ApprovalView> {
  const decisions = row.closed_at === null ? [] : await findDecisions(db, row.id)
  const reasons = await findReasons(db, [row], reviewable)
  return viewOf(row, publicUrl, decisions, reasons.get(row.id))
}

/** The same of many rows, in two queries at most. */
export async function composeViews(
  db: Executor,
  rows: ApprovalRow[],
  { publicUrl, reviewable }: ViewOptions,
): Promise<ApprovalView[]> {
  const closed = rows.flatMap(({ id, closed_at }) => (closed_at === null ? [] : [id]))
  const decisions = Map.groupBy(await findDecisionsOf(db, closed), ({ approval_id }) => approval_id)
  const reasons = await findReasons(db, rows, reviewable)
  return rows.map((row) => viewOf(row, publicUrl, decisions.get(row.id), reasons.get(row.id)))
}

/** `reasons`: of one that is unreached. */
export function viewOf(
  row: ApprovalRow,
  publicUrl: string,
  decisions: DecisionRow[] = [],
  reasons: UnreachedReason[] = [],
): ApprovalView {
  return {
    id: row.id,
    status: row.status as ApprovalView['status'],
    digest: row.digest,
    url: `${publicUrl}/approvals/${row.id}`,
    agent: { id: row.agent_id, name: row.agent_name },
    action: {
      tool: row.tool,
      summary: row.summary,
      arguments: JSON.parse(row.arguments),
      environment: row.environment,
    },
    reasons: JSON.parse(row.reasons),
    risk: { level: row.risk_level as ApprovalView['risk']['level'], score: row.risk_score },
    requested_by: row.requested_by === '' ? null : { email: row.requested_by },
    metadata: JSON.parse(row.metadata),
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
    closed_at: row.closed_at === null ? null : isoTime(row.closed_at),
    decisions: decisions.map((decision) => ({
      verdict: decision.verdict as 'approve' | 'deny',
      reviewer: { id: decision.person_id, name: decision.reviewer_name },
      source: decision.source,
      note: decision.note,
      decided_at: isoTime(decision.decided_at),
    })),
    review_notes: row.review_notes,
    reached: row.unreached_at === null,
    unreached_reasons: reasons,
    test: row.is_test === 1,
  }
}
