// Stores what becomes of grants: each is redeemed once, with its receipt, or revoked, or ends by itself.

import { type ExpressionBuilder, sql } from 'kysely'
import type { ApprovalRow, RedemptionRow, Schema } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'
import { APPROVED } from './literals.ts'

/** The compare-and-set of every redemption: undefined, and nothing changed, where its grant is not live. */
export async function markRedeemed(trx: Executor, id: string, now: number): Promise<ApprovalRow | undefined> {
  return trx
    .updateTable('approvals')
    .set({ redeemed_at: now, grant_ends_at: null })
    .where('id', '=', id)
    .where((eb) => isLive(eb, now))
    .returningAll()
    .executeTakeFirst()
}

/** The same of taking it back; `because`: by whom and why, in words. */
export async function markRevoked(
  trx: Executor,
  id: string,
  { now, because }: { now: number; because: string },
): Promise<ApprovalRow | undefined> {
  return trx
    .updateTable('approvals')
    .set({ revoked_at: now, revoked_because: because, grant_ends_at: null })
    .where('id', '=', id)
    .where((eb) => isLive(eb, now))
    .returningAll()
    .executeTakeFirst()
}

/** Of people's yes; undefined where its end was told before, or never came. */
export async function markGrantEnded(
  trx: Executor,
  id: string,
  now: number,
): Promise<ApprovalRow | undefined> {
  return trx
    .updateTable('approvals')
    .set({ grant_ends_at: null })
    .where('id', '=', id)
    .where('grant_ends_at', '<=', now)
    .returningAll()
    .executeTakeFirst()
}

function isLive(eb: ExpressionBuilder<Schema, 'approvals'>, now: number) {
  return eb.and([
    eb('status', '=', APPROVED),
    eb('redeemed_at', 'is', null),
    eb('revoked_at', 'is', null),
    eb(sql<number>`closed_at + grant_seconds * 1000`, '>', now),
  ])
}

/** Grants of people's yes that are live, the soonest end first. */
export async function findGranted(
  db: Executor,
  asked: Pick<ApprovalRow, 'digest' | 'owner_key_id' | 'requested_by'> & { now: number },
): Promise<ApprovalRow[]> {
  return (await granted(db, asked)).rows
}

const granted = compileOnce(
  (db, p: Pick<ApprovalRow, 'digest' | 'owner_key_id' | 'requested_by'> & { now: number }) =>
    db
      .selectFrom('approvals')
      .selectAll()
      .where('digest', '=', p.digest)
      .where('owner_key_id', '=', p.owner_key_id)
      // As the index says it: SQLite does not find it otherwise.
      .where('grant_ends_at', 'is not', null)
      .where('grant_ends_at', '>', p.now)
      .where('requested_by', '=', p.requested_by)
      .orderBy('grant_ends_at'),
)

/** Those whose end is to be told, the longest over first. */
export function findGrantEnds(db: Executor, now: number, limit: number): Promise<{ id: string }[]> {
  return db
    .selectFrom('approvals')
    .select('id')
    .where('grant_ends_at', 'is not', null)
    .where('grant_ends_at', '<=', now)
    .orderBy('grant_ends_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** All that are live, whoever said yes; each approval is looked at, which is done only after a restore. */
export function findLiveGrants(db: Executor, now: number, limit: number): Promise<{ id: string }[]> {
  return db
    .selectFrom('approvals')
    .select('id')
    .where((eb) => isLive(eb, now))
    .limit(limit)
    .execute()
}

export function insertRedemption(trx: Executor, row: RedemptionRow): Promise<unknown> {
  return trx
    .insertInto('redemptions')
    .values(columns(row, 'id', 'approval_id', 'redeemed_at', 'redeemed_by', 'receipt'))
    .execute()
}

export async function findRedemptionOf(db: Executor, approvalId: string): Promise<RedemptionRow | undefined> {
  return db.selectFrom('redemptions').selectAll().where('approval_id', '=', approvalId).executeTakeFirst()
}

export async function findRedemption(db: Executor, id: string): Promise<RedemptionRow | undefined> {
  return db.selectFrom('redemptions').selectAll().where('id', '=', id).executeTakeFirst()
}
