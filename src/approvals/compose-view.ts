// How do rows become the view that everybody outside sees?

import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { isoTime } from '../kit/clock.ts'
import { findApproval, findDecisions } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import type { ApprovalView } from './view.ts'

/** The approval as it stands for this executor; undefined when there is none. */
export async function loadView(
  db: Executor,
  id: string,
  publicUrl: string,
): Promise<ApprovalView | undefined> {
  const row = await findApproval(db, id)
  return row && composeView(db, row, publicUrl)
}

/** The view of a row that was read just now, with its decisions. */
export async function composeView(db: Executor, row: ApprovalRow, publicUrl: string): Promise<ApprovalView> {
  return viewOf(row, publicUrl, row.closed_at === null ? [] : await findDecisions(db, row.id))
}

export function viewOf(row: ApprovalRow, publicUrl: string, decisions: DecisionRow[] = []): ApprovalView {
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
    test: row.is_test === 1,
  }
}
