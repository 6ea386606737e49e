// Redeems a grant: of all who try one is recorded, and its receipt with it.

import type { ApprovalRow, RedemptionRow } from '../../db/schema.ts'
import { record } from '../audit/append.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { insertRedemption, markRedeemed } from '../store/redemptions.ts'
import type { IssueReceipt, Proven } from './receipt.ts'

export interface Redeeming {
  now: number
  publicUrl: string
  issueReceipt: IssueReceipt
  /** The API key that redeems. */
  keyId: string
  by: RedemptionRow['redeemed_by']
}

export interface Redeemed {
  approval: ApprovalRow
  redemption: RedemptionRow
}

/**
 * In the transaction whose end makes it true: no receipt is told before. undefined, and nothing written, where the
 * grant is not live any more. `prove` says what its receipt proves.
 */
export async function redeemGrant(
  trx: Executor,
  approvalId: string,
  prove: (approval: ApprovalRow) => Promise<Proven>,
  { now, publicUrl, issueReceipt, keyId, by }: Redeeming,
): Promise<Redeemed | undefined> {
  const approval = await markRedeemed(trx, approvalId, now)
  if (!approval) return undefined
  const id = newId('rdm')
  const receipt = await issueReceipt(trx, { id, redeemedAt: now, issuer: publicUrl }, await prove(approval))
  const redemption: RedemptionRow = {
    id,
    approval_id: approvalId,
    redeemed_at: now,
    redeemed_by: by,
    receipt,
  }
  await insertRedemption(trx, redemption)
  const facts = { redemption_id: id, digest: approval.digest, key_id: keyId, by }
  await record(trx, { at: now, action: 'approval.redeemed', subject: approvalId, facts, personal: {} })
  return { approval, redemption }
}
