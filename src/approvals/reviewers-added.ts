// Tells on the cards that wait that an admin added somebody to a group that they ask.

import type { Executor } from '../store/database.ts'
import { findPendingNaming } from '../store/due-approvals.ts'
import { announceToTold } from './announce.ts'

/** In the transaction that adds them: the cards then say so. */
export async function announceAdded(
  trx: Executor,
  { groupId, now }: { groupId: string; now: number },
): Promise<void> {
  for (const approval of await findPendingNaming(trx, groupId)) {
    await announceToTold({ trx, now }, 'approval.reviewers_added', approval)
  }
}
