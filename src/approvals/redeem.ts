// Redeems the grant of an approved action that is about to run: exactly what was approved, and once.

import type { ApprovalRow } from '../../db/schema.ts'
import { differences } from '../grants/differences.ts'
import { grantOf } from '../grants/grant.ts'
import { receiptEnd } from '../grants/receipt.ts'
import { once, subjectUnder } from '../idempotency/once.ts'
import { parseStored } from '../kit/stored-json.ts'
import { findApproval } from '../store/approvals.ts'
import { findRedemptionOf } from '../store/redemptions.ts'
import type { Change } from './change.ts'
import { composeView } from './compose-view.ts'
import type { Redeem, Redeemed } from './desk.ts'
import { expire, isOverdue } from './expire.ts'
import { digestOf } from './new-row.ts'
import { notThisAction, type Outcome, ok, refused, refusedGrant } from './refusals.ts'
import { useGrant } from './use-grant.ts'

/** Lost against another process between reading and writing, the second look finds what that one wrote. */
const MAX_LOOKS = 3

/** In one transaction; the guards stand in their order. */
export async function redeem(change: Change, command: Redeem): Promise<Outcome<Redeemed>> {
  const { approvalId, ownerKeyId, action, idempotencyKey: key } = command
  const approval = await findApproval(change.trx, approvalId)
  if (approval?.owner_key_id !== ownerKeyId) return refused('approval_not_found')
  const digest = digestOf(approval.agent_id, action)
  if (digest !== approval.digest) return refusedAction(approval, action, digest)
  const asked = { apiKeyId: ownerKeyId, operation: 'redeemApproval', request: { approvalId } }
  return once(change, key === undefined ? undefined : { ...asked, key }, approvalId, {
    first: () => redeemOrRefuse(change, command),
    again: () => sameReceipt(change, approvalId),
    reused: refused('idempotency_key_reused'),
  })
}

function refusedAction(approval: ApprovalRow, given: Redeem['action'], digest: string): Outcome<never> {
  const { tool, environment } = approval
  const differs = differences(
    { tool, environment, arguments: parseStored(approval.arguments) as Record<string, unknown> },
    given,
  )
  return notThisAction({ approved: approval.digest, given: digest, differs })
}

async function redeemOrRefuse(change: Change, command: Redeem): Promise<Outcome<Redeemed>> {
  const { approvalId, ownerKeyId } = command
  for (let look = 0; look < MAX_LOOKS; look++) {
    const approval = await findApproval(change.trx, approvalId)
    if (!approval) return refused('approval_not_found')
    if (isOverdue(approval, change.now)) {
      await expire(change, approval)
      return refused('approval_expired')
    }
    if (approval.redeemed_at !== null) return repeat(change, command)
    const grant = grantOf(approval, change.now)
    if (grant?.state !== 'live') return refusedGrant(approval.status, grant)
    const used = await useGrant(change, approvalId, { keyId: ownerKeyId, by: 'redeem' })
    if (used) return ok({ receipt: used.redemption.receipt, approval: used.approval })
  }
  throw new Error(`a redemption of ${approvalId} was overtaken ${MAX_LOOKS} times`)
}

/**
 * The key of the request that redeemed it names the redemption too, and so does the key with which it was asked; but
 * not where another request took the grant: two that hold one receipt might both run it.
 */
async function repeat(change: Change, command: Redeem): Promise<Outcome<Redeemed>> {
  const { approvalId, ownerKeyId, idempotencyKey: key } = command
  const redemption = await findRedemptionOf(change.trx, approvalId)
  const asked = key === undefined ? undefined : { apiKeyId: ownerKeyId, operation: 'requestApproval', key }
  const subject = asked && (await subjectUnder(change, asked))
  const isNamed =
    subject === redemption?.id || (subject === approvalId && redemption?.redeemed_by !== 'request')
  return subject !== undefined && isNamed ? sameReceipt(change, approvalId) : refused('already_redeemed')
}

async function sameReceipt(change: Change, approvalId: string): Promise<Outcome<Redeemed>> {
  const row = await findApproval(change.trx, approvalId)
  const redemption = row && (await findRedemptionOf(change.trx, approvalId))
  if (!redemption) return refused('approval_not_found')
  if (receiptEnd(redemption.redeemed_at) <= change.now) return refused('receipt_expired')
  return ok({ receipt: redemption.receipt, approval: await composeView(change.trx, row, change) })
}
