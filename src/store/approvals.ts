// Reads approvals and changes them, each closed once.

import type { ApprovalRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'
import { PENDING } from './literals.ts'

/** `id` may be anybody's text. */
export async function findApproval(db: Executor, id: string): Promise<ApprovalRow | undefined> {
  return isId(id, 'apr') ? (await approvalById(db, { id })).rows[0] : undefined
}

const approvalById = compileOnce((db, p: { id: string }) =>
  db.selectFrom('approvals').selectAll().where('id', '=', p.id),
)

/** Of these, the ones that are closed or were found to have reached nobody. */
export async function findNoLongerWaiting(db: Executor, ids: string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('approvals')
    .select('id')
    .where('id', 'in', ids)
    .where(({ or, eb }) => or([eb('status', '!=', PENDING), eb('unreached_at', 'is not', null)]))
    .execute()
  return rows.map(({ id }) => id)
}

export async function findPendingTwin(db: Executor, twin: string): Promise<ApprovalRow | undefined> {
  return (await pendingTwin(db, { twin })).rows[0]
}

const pendingTwin = compileOnce((db, p: { twin: string }) =>
  db.selectFrom('approvals').selectAll().where('twin', '=', p.twin).where('status', '=', PENDING),
)

/** What waits under this id answers no other request any more, and makes room for one that does. */
export function forgetTwin(trx: Executor, id: string): Promise<unknown> {
  return trx.updateTable('approvals').set({ twin: null }).where('id', '=', id).execute()
}

/** false when a pending twin is there already, also one that another process just committed. */
export async function insertPending(trx: Executor, row: ApprovalRow): Promise<boolean> {
  return (await addPending(trx, row)).numAffectedRows === 1n
}

const addPending = compileOnce((trx, row: ApprovalRow) =>
  trx
    .insertInto('approvals')
    .values(
      columns(
        row,
        'id',
        'owner_key_id',
        'key_name',
        'status',
        'digest',
        'agent_id',
        'agent_name',
        'tool',
        'summary',
        'arguments',
        'environment',
        'reasons',
        'risk_level',
        'risk_score',
        'requested_by',
        'metadata',
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
      ),
    )
    // As the index says it, word for word: SQLite does not find it otherwise.
    .onConflict((c) =>
      c.column('twin').where('status', '=', PENDING).where('twin', 'is not', null).doNothing(),
    ),
)

/**
 * The compare-and-set that every transition is: undefined when somebody else closed it first, or where the vote that
 * closes it is not on record. Resolves with what else changes of a pending approval, as it stays now.
 */
export async function closePending(
  trx: Executor,
  id: string,
  change: ClosedColumns,
  voteId?: string,
): Promise<Pick<ApprovalRow, 'unreached_at'> | undefined> {
  const wanted = { id, ...change }
  const { rows } = await (voteId === undefined ? close(trx, wanted) : closeByVote(trx, { ...wanted, voteId }))
  return rows[0]
}

type ClosedColumns = Pick<ApprovalRow, 'status' | 'closed_at' | 'review_notes' | 'grant_ends_at'>

type Closing = ClosedColumns & Pick<ApprovalRow, 'id'>

const closing = (trx: Executor, p: Closing) =>
  trx
    .updateTable('approvals')
    .set({
      status: p.status,
      closed_at: p.closed_at,
      review_notes: p.review_notes,
      grant_ends_at: p.grant_ends_at,
    })
    .where('id', '=', p.id)
    .where('status', '=', PENDING)
    .returning('unreached_at')

const close = compileOnce(closing)

const closeByVote = compileOnce((trx, p: Closing & { voteId: string }) =>
  closing(trx, p).where(({ exists, selectFrom }) =>
    exists(selectFrom('decisions').select('id').where('id', '=', p.voteId)),
  ),
)

/** Pending approvals whose time is over, the longest overdue first. */
export function findOverdue(db: Executor, now: number, limit: number): Promise<ApprovalRow[]> {
  return db
    .selectFrom('approvals')
    .selectAll()
    .where('status', '=', PENDING)
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}
