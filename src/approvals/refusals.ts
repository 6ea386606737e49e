// Holds every expected "no": its code, HTTP status and sentence.

import { type ApprovalView, closedBy } from './view.ts'

export const REFUSALS = {
  approval_not_found: { status: 404, text: 'Approval request not found' },
  already_decided: { status: 409, text: 'Already {status}' },
  approval_expired: { status: 410, text: 'Approval request has expired' },
  not_a_reviewer: { status: 403, text: 'You are not a reviewer of this approval request' },
  reviewer_unverified: {
    status: 403,
    text: "Your identity could not be verified; try again, or have an admin check the app's permissions",
  },
  reviewer_disabled: { status: 403, text: 'An admin has taken away your right to review' },
  own_request: { status: 403, text: 'You cannot decide a request made by you or on your behalf' },
  already_voted: { status: 409, text: 'You have already voted on this approval request' },
  event_not_found: { status: 404, text: 'Alert not found' },
  already_acknowledged: { status: 409, text: 'Already acknowledged' },
  not_a_member: {
    status: 403,
    text: 'Only reviewers, and full members of a workspace that was sent this alert, may acknowledge it',
  },
  too_many_pending: {
    status: 429,
    text: 'This API key has as many pending approvals as it may have: let some be decided, or withdraw them',
  },
  idempotency_key_reused: { status: 422, text: 'This Idempotency-Key was used for a different request' },
} as const

export type RefusalCode = keyof typeof REFUSALS

export interface Refusal {
  code: RefusalCode
  status: number
  text: string
  /** The name of who was first, where that is why. */
  first: string | null
}

interface Refused {
  ok: false
  refusal: Refusal
}

export type Outcome<T> = { ok: true; value: T } | Refused

export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/** A refusal in words; with the approval at hand, the sentence tells how it stands and who decided. */
export function refused(code: RefusalCode, approval?: ApprovalView): Refused {
  const { status, text } = REFUSALS[code]
  return {
    ok: false,
    refusal: {
      code,
      status,
      text: text.replace('{status}', approval?.status ?? 'closed'),
      first: code === 'already_decided' && approval ? closedBy(approval) : null,
    },
  }
}

/** Somebody else has seen to the alert. */
export function alreadyAcknowledged(first: string): Refused {
  const code = 'already_acknowledged'
  return { ok: false, refusal: { code, ...REFUSALS[code], first } }
}
