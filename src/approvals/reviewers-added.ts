// Tells on the cards that wait that an admin added somebody to a group that they ask.

import { findPendingNaming } from '../store/due-approvals.ts'
import { announceRedraw } from './announce.ts'
import type { Change } from './change.ts'

/** In the transaction that adds them: the cards then say so. */
export async function announceAdded(
  change: Pick<Change, 'trx' | 'now' | 'reviewable'>,
  groupId: string,
): Promise<void> {
  for (const approval of await findPendingNaming(change.trx, groupId)) {
    await announceRedraw(change, 'approval.reviewers_added', approval)
  }
}
