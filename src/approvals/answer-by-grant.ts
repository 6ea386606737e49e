// Answers an agent that asks for what was approved already, out of the grant that the yes left.

import type { ApprovalRow, RedemptionRow } from '../../db/schema.ts'
import { grantOf } from '../grants/grant.ts'
import { receiptEnd } from '../grants/receipt.ts'
import { isId } from '../kit/ids.ts'
import { findApproval } from '../store/approvals.ts'
import { findRedemption, findRedemptionOf } from '../store/redemptions.ts'
import type { Change } from './change.ts'
import { composeView } from './compose-view.ts'
import type { Answer, RequestApproval } from './desk.ts'
import { type Outcome, ok, refused } from './refusals.ts'
import { isStillMet } from './still-met.ts'
import { isOfPolicy, type Used, useGrant } from './use-grant.ts'
import { findShownVotes } from './votes.ts'

/**
 * Redeems the first of these grants that is worth what is asked now; undefined: none is. Two Idempotency-Keys are two
 * approvals, whatever they ask: a grant of one is none of the other's.
 */
export async function answerByGrant(
  change: Change,
  command: RequestApproval,
  asked: ApprovalRow,
  granted: ApprovalRow[],
): Promise<Answer | undefined> {
  const hasKey = command.idempotencyKey !== undefined
  for (const approval of granted) {
    // Without a twin it was asked with a key, or the policy changed while it waited.
    if (hasKey && approval.twin === null) continue
    const votes = (await findShownVotes(change.trx, [approval])).get(approval.id) ?? []
    if (!isStillMet(asked, approval, votes)) continue
    const used = await useGrant(change, approval.id, { keyId: command.ownerKeyId, by: 'request' })
    if (used) return answerOf(used)
  }
  return undefined
}

function answerOf({ approval, redemption }: Used): Answer {
  const answeredBy = { kind: 'grant', code: 'RECENT_APPROVAL_GRANT', approval_id: approval.id } as const
  return { approval, created: false, receipt: redemption.receipt, answeredBy, subjectId: redemption.id }
}

/**
 * What the same Idempotency-Key is told: its approval as it stands, with the receipt while that may be shown, unless
 * another request took its grant. Where people approved it and its grant is live, this redeems it. `subjectId`: of the
 * approval, or of the redemption that answered.
 */
export async function answerAgain(
  change: Change,
  { ownerKeyId }: RequestApproval,
  subjectId: string,
): Promise<Outcome<Answer>> {
  const { trx, now } = change
  const answered = isId(subjectId, 'rdm') ? await findRedemption(trx, subjectId) : undefined
  const id = answered?.approval_id ?? subjectId
  const row = await findApproval(trx, id)
  if (!row) return refused('approval_not_found')
  const view = await composeView(trx, row, change)
  const mayUse = grantOf(row, now)?.state === 'live' && !isOfPolicy(view)
  const used = mayUse ? await useGrant(change, id, { keyId: ownerKeyId, by: 'repeat' }) : undefined
  if (used) return ok({ approval: used.approval, created: false, receipt: used.redemption.receipt })
  const known = await readUsed(change, id)
  if (!known) return ok({ approval: view, created: false })
  const { approval, redemption } = known
  if (answered) return ok(withoutOld(answerOf(known), redemption, now))
  if (redemption.redeemed_by === 'request') return ok({ approval, created: false })
  return ok(withoutOld({ approval, created: false, receipt: redemption.receipt }, redemption, now))
}

/** As another process may have left it a moment ago. */
async function readUsed(change: Change, id: string): Promise<Used | undefined> {
  const redemption = await findRedemptionOf(change.trx, id)
  const row = redemption && (await findApproval(change.trx, id))
  return row && { approval: await composeView(change.trx, row, change), redemption }
}

function withoutOld({ receipt, ...answer }: Answer, redemption: RedemptionRow, now: number): Answer {
  const isOld = receiptEnd(redemption.redeemed_at) <= now
  return isOld || receipt === undefined ? answer : { ...answer, receipt }
}
