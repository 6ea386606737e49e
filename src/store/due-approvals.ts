// Finds pending approvals for which something is to be done before their end, and marks it as done.

import type { ApprovalRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'
import { PENDING } from './literals.ts'

type Due = 'escalate_at' | 'remind_at'

/** The longest due first. What is overdue is for nobody any more: it expires. */
export function findDue(db: Executor, what: Due, now: number, limit: number): Promise<{ id: string }[]> {
  return (
    db
      .selectFrom('approvals')
      .select('id')
      .where('status', '=', PENDING)
      // As the index says it: SQLite does not find it otherwise.
      .where(what, 'is not', null)
      .where(what, '<=', now)
      .where('expires_at', '>', now)
      .orderBy(what)
      .orderBy('id')
      .limit(limit)
      .execute()
  )
}

/** The compare-and-set: undefined when it is closed or overdue, was done before, or is not due. */
export async function markEscalated(
  trx: Executor,
  id: string,
  now: number,
): Promise<ApprovalRow | undefined> {
  return trx
    .updateTable('approvals')
    .set({ escalate_at: null, escalated_at: now })
    .where('id', '=', id)
    .where('status', '=', PENDING)
    .where('escalate_at', '<=', now)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
}

/** The same of those who are missing: undefined when it is closed or overdue, was done before, or is not due. */
export async function markReminded(trx: Executor, id: string, now: number): Promise<ApprovalRow | undefined> {
  return trx
    .updateTable('approvals')
    .set({ remind_at: null })
    .where('id', '=', id)
    .where('status', '=', PENDING)
    .where('remind_at', '<=', now)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
}

/** The pending approvals whose ruling names a group; each is looked at, which is done only when a group changes. */
export function findPendingNaming(db: Executor, groupId: string): Promise<ApprovalRow[]> {
  return pendingNaming(db, groupId).selectAll().orderBy('id').execute()
}

/** How many they are, and the oldest of them; null: there is none. */
export async function countPendingNaming(
  db: Executor,
  groupId: string,
): Promise<{ count: number; first: string | null }> {
  const row = await pendingNaming(db, groupId)
    .select(({ fn }) => [fn.countAll().as('count'), fn.min('id').as('first')])
    .executeTakeFirstOrThrow()
  return { count: Number(row.count), first: row.first }
}

function pendingNaming(db: Executor, groupId: string) {
  return db
    .selectFrom('approvals')
    .where('status', '=', PENDING)
    .where('ruling', 'like', `%"id":"${groupId}"%`)
}
