// Says how the grant stands that a yes leaves behind: the approved action may run once, within its time.

import type { ApprovalRow } from '../../db/schema.ts'
import { isoTime } from '../kit/clock.ts'
import { receiptEnd } from './receipt.ts'

export const GRANT_STATES = ['live', 'redeemed', 'ended', 'revoked'] as const

export interface GrantView {
  /** `ended`: its time passed, and it was not redeemed. */
  state: (typeof GRANT_STATES)[number]
  expires_at: string
  redeemed_at: string | null
  /** When its receipt is too old to be shown; null: there is none. */
  receipt_expires_at: string | null
  revoked_at: string | null
  /** By whom it was revoked and why, in words. */
  reason: string | null
}

type Granted = Pick<
  ApprovalRow,
  'status' | 'closed_at' | 'grant_seconds' | 'redeemed_at' | 'revoked_at' | 'revoked_because'
>

/** When the grant of what is approved now would end; null: there is none. */
export function endOfGrant(
  { grant_seconds }: Pick<ApprovalRow, 'grant_seconds'>,
  now: number,
): number | null {
  return grant_seconds === 0 ? null : now + grant_seconds * 1000
}

/** null: it is not approved, or leaves no grant. */
export function grantOf(row: Granted, now: number): GrantView | null {
  const { status, closed_at, redeemed_at, revoked_at } = row
  const end = status === 'approved' && closed_at !== null ? endOfGrant(row, closed_at) : null
  if (end === null) return null
  return {
    state: stateOf(row, end, now),
    expires_at: isoTime(end),
    redeemed_at: redeemed_at === null ? null : isoTime(redeemed_at),
    receipt_expires_at: redeemed_at === null ? null : isoTime(receiptEnd(redeemed_at)),
    revoked_at: revoked_at === null ? null : isoTime(revoked_at),
    reason: row.revoked_because,
  }
}

function stateOf({ redeemed_at, revoked_at }: Granted, end: number, now: number): GrantView['state'] {
  if (redeemed_at !== null) return 'redeemed'
  if (revoked_at !== null) return 'revoked'
  return end <= now ? 'ended' : 'live'
}
