// Turns rows into the view that everybody outside sees.

import type { ApprovalRow } from '../../db/schema.ts'
import { grantOf } from '../grants/grant.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import { parseStored } from '../kit/stored-json.ts'
import { findApproval } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import type { BriefApprovalRow } from '../store/lists.ts'
import { findAdded } from './added.ts'
import { askedOf, type Review, rulingOf } from './ruling.ts'
import { fill } from './tally.ts'
import { findReasons } from './unreached-reasons.ts'
import type { ApprovalSummary, ApprovalView, Progress, ReviewView, UnreachedReason } from './view.ts'
import { findShownVotes, groupsIn, type ShownVote } from './votes.ts'

export interface ViewOptions extends Viewing {
  /** The channel types where people see cards: only there can an approval be reached. */
  reviewable: readonly string[]
}

/** Where it is read, and when: a grant ends by itself. */
interface Viewing {
  publicUrl: string
  clock: Clock
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
  options: ViewOptions,
): Promise<ApprovalView> {
  return viewOf(row, options, (await besideOf(db, [row], options))(row.id))
}

/** The views of many rows, in as many queries. */
export const composeViews = composedBy(viewOf)

/** What a list says of many rows, in as many queries. */
export const composeSummaries = composedBy(summaryOf)

function composedBy<Row extends BriefApprovalRow, View>(
  shape: (row: Row, viewing: Viewing, beside: Beside) => View,
) {
  return async (db: Executor, rows: Row[], options: ViewOptions): Promise<View[]> => {
    const beside = await besideOf(db, rows, options)
    return rows.map((row) => shape(row, options, beside(row.id)))
  }
}

/** What a view shows that stands beside the row; absent: there is none. */
export interface Beside {
  votes?: ShownVote[] | undefined
  /** Of one that is unreached. */
  reasons?: UnreachedReason[] | undefined
  /** Of one that is pending and names groups. */
  added?: ReviewView['added'] | undefined
}

async function besideOf(
  db: Executor,
  rows: BriefApprovalRow[],
  { reviewable }: ViewOptions,
): Promise<(id: string) => Beside> {
  const votes = await findShownVotes(db, rows)
  const reasons = await findReasons(db, rows, reviewable)
  const added = await findAdded(db, rows)
  return (id) => ({ votes: votes.get(id), reasons: reasons.get(id), added: added.get(id) })
}

export function viewOf(row: ApprovalRow, viewing: Viewing, beside: Beside = {}): ApprovalView {
  const { action, ...rest } = summaryOf(row, viewing, beside)
  return {
    ...rest,
    action: { ...action, arguments: parseStored(row.arguments) as ApprovalView['action']['arguments'] },
    metadata: parseStored(row.metadata) as ApprovalView['metadata'],
  }
}

function summaryOf(
  row: BriefApprovalRow,
  { publicUrl, clock }: Viewing,
  { votes = [], reasons = [], added = [] }: Beside,
): ApprovalSummary {
  const ruling = rulingOf(row)
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
    progress: ruling?.answered ? [] : progressOf(row, votes),
    policy: ruling && { version: ruling.version, rule: ruling.rule, because: ruling.because },
    review: reviewShown(row, ruling?.review ?? null, added),
    answered_by: ruling?.answered ? { kind: 'policy', rule: ruling.rule } : null,
    review_notes: row.review_notes,
    grant: grantOf(row, clock.now()),
    reached: row.unreached_at === null,
    unreached_reasons: reasons,
    test: row.is_test === 1,
  }
}

function progressOf(row: BriefApprovalRow, votes: ShownVote[]): Progress[] {
  const approvals = votes.flatMap((vote) => (vote.counts ? [[{ ...vote, groups: groupsIn(vote.row) }]] : []))
  return fill(askedOf(row), approvals).map(({ requirement, by, missing }) => ({
    requirement: requirement.group.name,
    approved: by.map(({ row: vote, reviewerId }) => ({ id: reviewerId, name: vote.reviewer_name })),
    missing,
  }))
}

function reviewShown(
  { escalate_at, escalated_at }: BriefApprovalRow,
  review: Review | null,
  added: ReviewView['added'],
): ReviewView {
  const at = escalated_at ?? escalate_at
  return {
    note_required: review?.noteRequired ?? [],
    details_must_be_opened: review?.detailsMustBeOpened ?? false,
    escalation:
      review?.escalateTo && at !== null
        ? { to: review.escalateTo.name, at: isoTime(at), done: escalated_at !== null }
        : null,
    added,
  }
}
