// Declares the desk: the only door through which an approval changes, whatever the surface.

import type { IdempotencyKey } from '../idempotency/once.ts'
import type { Principal } from '../identity/principal.ts'
import type { Outcome } from './refusals.ts'
import type { ApprovalView, Verdict } from './view.ts'

/** Each call is one transaction: the change, its audit row, its event and its deliveries, or nothing. */
export interface ApprovalDesk {
  request(command: RequestApproval): Promise<Outcome<Answer>>
  /**
   * Records one vote and closes the approval if the votes suffice; resolves with it as it stands then. The same
   * interaction again gets the first outcome.
   */
  decide(command: Decide): Promise<Outcome<ApprovalView>>
  withdraw(command: Withdraw): Promise<Outcome<ApprovalView>>
  /**
   * Redeems the grant that its yes left, once, for exactly the action that was approved; resolves with the receipt. The
   * same Idempotency-Key, also the one with which it was asked, gets that very receipt again.
   */
  redeem(command: Redeem): Promise<Outcome<Redeemed>>
  /**
   * Lets somebody look at all of it who may decide it, and records that they have seen the whole where `isLast` says
   * that what is shown now is its end. Resolves with it as it stands; closed or not, it may be looked at.
   */
  open(command: Open): Promise<Outcome<ApprovalView>>
  /** Takes back a yes that has not run, for an admin or one of those who gave it. */
  revoke(command: Revoke): Promise<Outcome<ApprovalView>>
  /** Marks what is overdue as expired. Returns how many it marked. */
  expireDue(): Promise<number>
  /** Marks all that is pending as expired: in a restored backup it may be decided already. Returns how many. */
  expireRestored(): Promise<number>
  /** Ends every grant that is live: in a restored backup it may be redeemed already. Returns how many. */
  revokeRestored(): Promise<number>
  /** Tells of grants that ended and were not redeemed. Returns of how many. */
  tellGrantEnds(): Promise<number>
  /** Asks the next group too about what waited so long. Returns how many it asked about. */
  escalateDue(): Promise<number>
  /** Reminds those who are missing where half of the time is over. Returns of how many approvals. */
  remindDue(): Promise<number>
  /** Marks what no destination of people has taken in time, and tells the fallbacks. Returns how many it marked. */
  noticeUnreached(): Promise<number>
}

export interface Answer {
  approval: ApprovalView
  /** false: an earlier approval answered, by its Idempotency-Key or as a pending twin. */
  created: boolean
  /** Where this answer redeemed its grant, or an earlier one did whose receipt may still be shown. */
  receipt?: string
  /** A grant answered in the place of people. */
  answeredBy?: { kind: 'grant'; code: 'RECENT_APPROVAL_GRANT'; approval_id: string }
  /** What an Idempotency-Key remembers, where it is not the approval that was asked for. */
  subjectId?: string
}

export interface RequestApproval {
  /** The API key that asks, and has the Idempotency-Key: it alone (and admins) may read and withdraw what it asked. */
  ownerKeyId: string
  ownerKeyName: string
  idempotencyKey?: string
  agent: { id: string; name: string }
  action: { tool: string; summary: string; arguments?: Record<string, unknown>; environment?: string }
  reasons: string[]
  risk: ApprovalView['risk']
  /** So many approvals of its owner may be pending, this one among them; absent: any number. */
  mostPending?: number
  requestedByEmail?: string
  expiresInSeconds: number
  metadata: Record<string, unknown>
  /** So many different people must approve; 1 unless said otherwise. */
  approvalsNeeded?: number
  /** A test of this destination alone: no other hears of it, and statistics leave it out. */
  testOf?: string
}

export interface Decide {
  approvalId: string
  verdict: Verdict
  by: Principal
  /**
   * The card that was clicked, known to us or not, and the destinations that live where it stands; absent: no click.
   * `isWhole`: of a card that has a handle only once it is clicked, whether all of it stands there.
   */
  at?: { destinationIds: string[]; handle: string; isWhole?(approval: ApprovalView): boolean }
  /** Names one press of a button; a repeat of it must carry the same id. */
  interactionId: string
  /** Of the API, which names no press. */
  idempotency?: IdempotencyKey
  note?: string
}

/** Somebody opens what is to be decided. */
export interface Open extends Pick<Decide, 'approvalId' | 'by' | 'at'> {
  /** Whether what they are shown now is the last of it. */
  isLast(approval: ApprovalView): boolean
  /** What they say they saw; absent: what is shown is ours. */
  digest?: string
  /** Only where an approval of theirs would count: refused where all of it must have been opened first. */
  toApprove?: boolean
}

export interface Redeem {
  approvalId: string
  /** The API key that asked: nobody else redeems. */
  ownerKeyId: string
  idempotencyKey?: string | undefined
  /** What is about to run. */
  action: Omit<RequestApproval['action'], 'summary'>
}

export interface Redeemed {
  /** Compact JWS. */
  receipt: string
  approval: ApprovalView
}

export interface Revoke {
  approvalId: string
  by: Principal
  idempotency?: IdempotencyKey
  reason?: string
}

export interface Withdraw {
  approvalId: string
  /** absent: an admin, who may withdraw anybody's. */
  ownerKeyId?: string
  idempotency?: IdempotencyKey
  reason?: string
}
