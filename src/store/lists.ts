// Finds approvals by what they are about, page by page, the newest first.

import { sql } from 'kysely'
import type { ApprovalRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'

export interface ApprovalFilter {
  ownerKeyId?: string | undefined
  status?: string | undefined
  riskLevel?: string | undefined
  agentId?: string | undefined
  tool?: string | undefined
  /** Epoch milliseconds, inclusive. */
  createdFrom?: number | undefined
  /** Epoch milliseconds, exclusive. */
  createdBefore?: number | undefined
  /** The id of the last one of the page before. */
  after?: string | undefined
}

/** What a list says of an approval: all but what an agent may make as large as a request. */
export type BriefApprovalRow = Omit<ApprovalRow, 'arguments' | 'metadata'>

const BRIEF = [
  'id',
  'owner_key_id',
  'key_name',
  'status',
  'digest',
  'agent_id',
  'agent_name',
  'tool',
  'summary',
  'environment',
  'reasons',
  'risk_level',
  'risk_score',
  'requested_by',
  'created_at',
  'expires_at',
  'closed_at',
  'review_notes',
  'is_test',
  'unreached_at',
  'approvals_needed',
  'twin',
  'ruling',
  'shadows',
  'remind_at',
  'escalate_at',
  'escalated_at',
  'grant_seconds',
  'grant_ends_at',
  'redeemed_at',
  'revoked_at',
  'revoked_because',
] as const satisfies (keyof BriefApprovalRow)[]

/** Ids sort by time of creation, so that the page after this one goes on below its last id. */
export async function listApprovals(
  db: Executor,
  filter: ApprovalFilter,
  limit: number,
): Promise<BriefApprovalRow[]> {
  return matching(db, filter, limit).select(BRIEF).execute()
}

/** The bytes of the arguments and the metadata of each. */
export async function measureApprovals(
  db: Executor,
  filter: ApprovalFilter,
  limit: number,
): Promise<{ id: string; bytes: number }[]> {
  // Neither engine reads a long text to say how long it is.
  const bytes = sql<number>`octet_length(arguments) + octet_length(metadata)`
  return matching(db, filter, limit)
    .select(['id', bytes.as('bytes')])
    .execute()
}

export async function findApprovals(db: Executor, ids: string[]): Promise<ApprovalRow[]> {
  if (ids.length === 0) return []
  return db.selectFrom('approvals').selectAll().where('id', 'in', ids).orderBy('id', 'desc').execute()
}

function matching(db: Executor, filter: ApprovalFilter, limit: number) {
  let query = db.selectFrom('approvals').orderBy('id', 'desc').limit(limit)
  const equals = {
    owner_key_id: filter.ownerKeyId,
    status: filter.status,
    risk_level: filter.riskLevel,
    agent_id: filter.agentId,
    tool: filter.tool,
  }
  for (const [column, value] of Object.entries(equals)) {
    if (value !== undefined) query = query.where(column as keyof typeof equals, '=', value)
  }
  if (filter.createdFrom !== undefined) query = query.where('created_at', '>=', filter.createdFrom)
  if (filter.createdBefore !== undefined) query = query.where('created_at', '<', filter.createdBefore)
  if (filter.after !== undefined) query = query.where('id', '<', filter.after)
  return query
}
