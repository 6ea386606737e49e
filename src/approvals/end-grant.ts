// Ends a grant that was not redeemed: somebody takes it back, or its time passes.

import { record } from '../audit/append.ts'
import { findListeners } from '../store/destinations.ts'
import { markGrantEnded, markRevoked } from '../store/redemptions.ts'
import { announceRedraw, announceToTold } from './announce.ts'
import type { Change } from './change.ts'
import { composeView } from './compose-view.ts'
import type { ApprovalView } from './view.ts'

export interface TakingBack {
  /** By whom and why, in words. */
  because: string
  facts: Record<string, unknown>
  reason: string | undefined
}

/** undefined, and nothing written, where it is not live any more. */
export async function takeBack(
  change: Change,
  id: string,
  { because, facts, reason }: TakingBack,
): Promise<ApprovalView | undefined> {
  const { trx, now } = change
  const approval = await markRevoked(trx, id, { now, because })
  if (!approval) return undefined
  const personal = { reason: reason ?? null }
  await record(trx, { at: now, action: 'approval.revoked', subject: id, facts, personal })
  await announceRedraw(change, 'approval.revoked', approval, { listeners: await findListeners(trx, id) })
  return composeView(trx, approval, change)
}

/** Whether it was redeemed since the backup is not known, and it must not run twice. */
export async function revokeRestored(change: Change, { id }: { id: string }): Promise<boolean> {
  const { trx, now } = change
  const because = 'It could still run in a backup that was restored'
  const approval = await markRevoked(trx, id, { now, because })
  if (!approval) return false
  const facts = { restored: true }
  await record(trx, { at: now, action: 'approval.revoked', subject: id, facts, personal: {} })
  await announceToTold(change, 'approval.revoked', approval)
  return true
}

/** false: it was redeemed or revoked meanwhile. */
export async function tellGrantEnded(change: Change, { id }: { id: string }): Promise<boolean> {
  const { trx, now } = change
  const approval = await markGrantEnded(trx, id, now)
  if (!approval) return false
  await record(trx, { at: now, action: 'approval.grant_ended', subject: id, facts: {}, personal: {} })
  await announceRedraw(change, 'approval.grant_ended', approval, { listeners: await findListeners(trx, id) })
  return true
}
