// Lets somebody look at all of what is to be decided, and records who has seen the whole of it.

import type { ApprovalRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import { findActor, keepActor, settledActor } from '../identity/accounts.ts'
import { nameOf, sourceOf, traceOf } from '../identity/principal.ts'
import { findAskers } from '../store/api-keys.ts'
import { findApproval } from '../store/approvals.ts'
import { insertSeen } from '../store/seen.ts'
import type { Change } from './change.ts'
import { adopt, type ClickedCard, findClickedCard } from './clicked-card.ts'
import { composeView } from './compose-view.ts'
import type { Open } from './desk.ts'
import { reviewStanding } from './may-review.ts'
import { isOpened } from './opened.ts'
import { type Outcome, ok, refused, refusedReviewer } from './refusals.ts'
import { askedOf } from './ruling.ts'
import type { ApprovalView } from './view.ts'

/** In one transaction. Whoever may decide it may look, also after their vote and after it closed. */
export async function open(change: Change, command: Open): Promise<Outcome<ApprovalView>> {
  const { trx, now } = change
  const { approvalId, by, at, digest } = command
  const approval = await findApproval(trx, approvalId)
  if (!approval) return refused('approval_not_found')
  const card = await findClickedCard(trx, approvalId, at)
  const asked = askedOf(approval)
  const refuse = (code: Parameters<typeof refused>[0]) => refusedReviewer(by.standing, code, asked)
  if (card?.refusal) return refuse(card.refusal)
  const [found, askers] = [await findActor(trx, by), await findAskers(trx, approvalId)]
  const actor = asked.review && card ? await settledActor(trx, by, found, now) : found
  const voter = { by, actor, askers, voted: [], card: card ?? (at ? ('strange' as const) : undefined) }
  const standing = await reviewStanding(trx, approval, asked, voter, now)
  if ('refusal' in standing) return refuse(standing.refusal)
  if (digest !== undefined && digest !== approval.digest) return refused('digest_mismatch')
  const isPending = approval.status === 'pending'
  if (command.toApprove && isPending && !(await isOpened(trx, approval, asked, { actor, card }))) {
    return refuse('details_not_opened')
  }
  const view = await composeView(trx, approval, change)
  if (!isPending || !command.isLast(view)) return ok(view)
  if (card) await adopt(change, approvalId, card)
  const viewer = await keepActor(trx, by, actor, now)
  if (!viewer) return refused('reviewer_disabled')
  await note(change, approval, { by, card, personId: viewer.rowId })
  return ok(view)
}

/** Once for each person: which digest was shown to whom, when and where. */
async function note(
  { trx, now }: Change,
  { id, digest }: ApprovalRow,
  { by, card, personId }: { by: Open['by']; card: ClickedCard | undefined; personId: string },
): Promise<void> {
  const source = sourceOf(by)
  const row = { approval_id: id, person_id: personId, digest, source, seen_at: now }
  if (!(await insertSeen(trx, row))) return
  await record(trx, {
    at: now,
    action: 'approval.seen',
    subject: id,
    facts: {
      digest,
      reviewer: { id: personId, ...traceOf(by) },
      source,
      card: card ? { destination_id: card.destinationId, handle: card.handle } : null,
    },
    personal: { reviewer_name: nameOf(by) },
  })
}
