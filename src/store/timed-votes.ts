// Reads the votes on many approvals as figures need them: each with when the card came that was clicked.

import type { DecisionRow } from '../../db/schema.ts'
import type { Executor } from './database.ts'

export interface TimedVote
  extends Pick<DecisionRow, 'id' | 'approval_id' | 'verdict' | 'person_id' | 'decided_at' | 'counted'> {
  /** When the card was posted; null: no card was clicked, or it is not remembered. */
  posted_at: number | null
}

/** In the order in which they were cast. */
export async function findTimedVotes(db: Executor, approvalIds: string[]): Promise<TimedVote[]> {
  if (approvalIds.length === 0) return []
  const rows = await db
    .selectFrom('decisions')
    .select(['id', 'approval_id', 'verdict', 'person_id', 'decided_at', 'counted'])
    // Without a join, as in `findVoteRows`.
    .select(({ selectFrom }) =>
      selectFrom('posted_cards')
        .select('posted_at')
        .whereRef('posted_cards.destination_id', '=', 'decisions.destination_id')
        .whereRef('posted_cards.handle', '=', 'decisions.handle')
        .as('posted_at'),
    )
    .where('approval_id', 'in', approvalIds)
    .execute()
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}
