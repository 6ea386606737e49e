// Keeps who has opened all of what is to be decided.

import type { SeenRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'

/** false when this person has opened it before. */
export async function insertSeen(trx: Executor, row: SeenRow): Promise<boolean> {
  return (await addSeen(trx, row)).numAffectedRows === 1n
}

const addSeen = compileOnce((trx, row: SeenRow) =>
  trx
    .insertInto('seen')
    .values(columns(row, 'approval_id', 'person_id', 'digest', 'source', 'seen_at'))
    .onConflict((c) => c.doNothing()),
)

/** The rows of the persons who have opened it, of which a person may be several. */
export async function findSeenBy(db: Executor, approvalId: string): Promise<string[]> {
  return (await seenBy(db, { approvalId })).rows.map(({ person_id }) => person_id)
}

const seenBy = compileOnce((db, p: { approvalId: string }) =>
  db.selectFrom('seen').select('person_id').where('approval_id', '=', p.approvalId),
)

/** Who has opened which of these, and when. */
export function findSeenOf(
  db: Executor,
  approvalIds: string[],
): Promise<Pick<SeenRow, 'approval_id' | 'person_id' | 'seen_at'>[]> {
  if (approvalIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('seen')
    .select(['approval_id', 'person_id', 'seen_at'])
    .where('approval_id', 'in', approvalIds)
    .execute()
}
