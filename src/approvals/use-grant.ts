// Uses a grant: redeems it in the desk's transaction, and tells of it.

import type { RedemptionRow } from '../../db/schema.ts'
import type { Proven } from '../grants/receipt.ts'
import { type Redeeming, redeemGrant } from '../grants/redeem.ts'
import { findListeners } from '../store/destinations.ts'
import { announceRedraw } from './announce.ts'
import type { Change } from './change.ts'
import { composeView } from './compose-view.ts'
import { type ApprovalView, closingVotes } from './view.ts'

export interface Used {
  approval: ApprovalView
  redemption: RedemptionRow
}

/** undefined, and nothing written, where its grant is not live any more. */
export async function useGrant(
  change: Change,
  approvalId: string,
  how: Pick<Redeeming, 'keyId' | 'by'>,
): Promise<Used | undefined> {
  const { trx, now, publicUrl, issueReceipt } = change
  const redeemed = await redeemGrant(
    trx,
    approvalId,
    async (row) => provenBy(await composeView(trx, row, change)),
    { now, publicUrl, issueReceipt, ...how },
  )
  if (!redeemed) return undefined
  const listeners = await findListeners(trx, approvalId)
  await announceRedraw(change, 'approval.redeemed', redeemed.approval, { listeners })
  change.redeemed.push(how.by)
  return { approval: await composeView(trx, redeemed.approval, change), redemption: redeemed.redemption }
}

function provenBy(view: ApprovalView): Proven {
  const { id, digest, action, agent, policy } = view
  return {
    approval_id: id,
    digest,
    tool: action.tool,
    environment: action.environment,
    agent,
    approvers: closingVotes(view).map(({ reviewer, source, decided_at }) => ({
      id: reviewer.id,
      name: reviewer.name,
      source,
      approved_at: decided_at,
    })),
    policy: policy && { version: policy.version, rule: policy.rule },
  }
}

/** Whether the policy said yes, and nobody else. */
export function isOfPolicy({ answered_by }: Pick<ApprovalView, 'answered_by'>): boolean {
  return answered_by !== null
}
