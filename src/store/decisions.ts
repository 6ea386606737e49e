// Reads and writes the votes on approvals.

import type { SqlBool } from 'kysely'
import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { isId } from '../kit/ids.ts'
import { holdersBehind } from './api-keys.ts'
import { columns, compileOnce } from './compile-once.ts'
import { type Executor, isOnPostgres } from './database.ts'

/** false when this press or this person's vote is there already, also one that another process just committed. */
export async function insertDecision(trx: Executor, row: DecisionRow): Promise<boolean> {
  return (await addDecision(trx, row)).numAffectedRows === 1n
}

const addDecision = compileOnce((trx, row: DecisionRow) =>
  trx
    .insertInto('decisions')
    .values(
      columns(
        row,
        'id',
        'approval_id',
        'verdict',
        'person_id',
        'reviewer_name',
        'reviewer_email',
        'source',
        'note',
        'interaction',
        'destination_id',
        'handle',
        'decided_at',
        'counted',
        'groups',
      ),
    )
    .onConflict((c) => c.doNothing()),
)

/** An approval, and whether there is anybody behind the key that asked: mostly there is not, and nobody needs to look. */
export type AskedRow = ApprovalRow & { has_askers: SqlBool }

/**
 * For a vote; `id` may be anybody's text. On PostgreSQL it waits for whoever changes the approval and
 * keeps others from doing so until the transaction ends: what is read after it is as it stands then, such as the
 * votes, and whether the card's place was switched off meanwhile. SQLite has one writer anyway.
 */
export async function findToDecide(db: Executor, id: string): Promise<AskedRow | undefined> {
  return isId(id, 'apr') ? (await approvalToDecide(db, { id })).rows[0] : undefined
}

const approvalToDecide = compileOnce((db, p: { id: string }) =>
  db
    .selectFrom('approvals')
    .selectAll()
    .select(({ exists, ref }) => exists(holdersBehind(db, ref('approvals.owner_key_id'))).as('has_askers'))
    .where('id', '=', p.id)
    .$if(isOnPostgres(db), (query) => query.forNoKeyUpdate()),
)

/** The vote that this press left, on whatever approval, and the votes on this one; `approvalId` may be anybody's text. */
export async function findPressAndVotes(
  db: Executor,
  approvalId: string,
  interaction: string,
): Promise<{ earlier: DecisionRow | undefined; voted: DecisionRow[] }> {
  const id = isId(approvalId, 'apr') ? approvalId : ''
  const { rows } = await pressAndVotes(db, { id, interaction })
  return {
    earlier: rows.find((row) => row.interaction === interaction),
    voted: inOrder(rows.filter((row) => row.approval_id === id)),
  }
}

// Not by an `or`, for which PostgreSQL reads all votes as long as it believes that there are few.
const pressAndVotes = compileOnce((db, p: { id: string; interaction: string }) => {
  const decisions = db.selectFrom('decisions').selectAll()
  return decisions
    .where('interaction', '=', p.interaction)
    .unionAll(decisions.where('approval_id', '=', p.id).where('interaction', '!=', p.interaction))
})

export function deleteDecision(trx: Executor, id: string): Promise<unknown> {
  return trx.deleteFrom('decisions').where('id', '=', id).execute()
}

/** A vote, with the elder person whom the voter was joined to. */
export type VoteRow = DecisionRow & { merged_into: string | null }

/** In the order in which they were cast. One id alone may be anybody's text. */
export async function findVoteRows(db: Executor, approvalIds: string[]): Promise<VoteRow[]> {
  return inOrder(await readVotes(db, approvalIds))
}

/** SQLite takes ten times as long to set up a sorting of its own. */
function inOrder<Row extends DecisionRow>(rows: Row[]): Row[] {
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function readVotes(db: Executor, approvalIds: string[]): Promise<VoteRow[]> {
  const [approvalId] = approvalIds
  if (approvalId === undefined) return []
  if (approvalIds.length > 1) return votes(db).where('approval_id', 'in', approvalIds).execute()
  return isId(approvalId, 'apr') ? (await votesOf(db, { approvalId })).rows : []
}

const votes = (db: Executor) =>
  db
    .selectFrom('decisions')
    .selectAll()
    // Without a join: better-sqlite3 13 takes ten times as long over a row of two tables.
    .select(({ selectFrom }) =>
      selectFrom('persons')
        .select('merged_into')
        .whereRef('persons.id', '=', 'decisions.person_id')
        .as('merged_into'),
    )

const votesOf = compileOnce((db, p: { approvalId: string }) =>
  votes(db).where('approval_id', '=', p.approvalId),
)

/** Written when the approval closes. */
export function markUncounted(trx: Executor, ids: string[]): Promise<unknown> {
  return trx.updateTable('decisions').set({ counted: 0 }).where('id', 'in', ids).execute()
}
