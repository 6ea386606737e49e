// Finds approvals by what they are about, page by page, the newest first.

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

/** Ids sort by time of creation, so that the page after this one goes on below its last id. */
export async function listApprovals(
  db: Executor,
  filter: ApprovalFilter,
  limit: number,
): Promise<ApprovalRow[]> {
  let query = db.selectFrom('approvals').selectAll().orderBy('id', 'desc').limit(limit)
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
  return query.execute()
}
