// Holds every expected "no": its code, HTTP status and sentence.

import type { Standing } from '../identity/principal.ts'
import { type AskedOfReviewers, requirementsOf, USUAL_GROUP } from './ruling.ts'
import { type ApprovalView, closedBy, closingVotes, listed } from './view.ts'

export const REFUSALS = {
  approval_not_found: { status: 404, text: 'Approval request not found' },
  already_decided: { status: 409, text: 'Already closed' },
  approval_expired: { status: 410, text: 'Approval request has expired' },
  not_a_reviewer: { status: 403, text: 'You are not a reviewer of this approval request' },
  reviewer_unverified: {
    status: 403,
    text: "Your identity could not be verified; try again, or have an admin check the app's permissions",
  },
  reviewer_disabled: { status: 403, text: 'An admin has taken away your right to review' },
  action_mismatch: { status: 409, text: 'This is not the action that was approved' },
  not_approved: { status: 409, text: 'It is not approved' },
  no_grant: { status: 409, text: 'The rule that approved it leaves no grant to redeem' },
  already_redeemed: { status: 409, text: 'Already redeemed: what was approved may run once' },
  grant_revoked: { status: 409, text: 'The approval was taken back before it ran' },
  grant_ended: { status: 410, text: 'The time in which it could run is over: ask again' },
  receipt_expired: { status: 410, text: 'It was redeemed, and its receipt has expired; no new one is made' },
  not_an_approver: {
    status: 403,
    text: 'Only an admin, or one of those who approved it, may take it back',
  },
  own_request: { status: 403, text: 'You cannot decide a request made by you or on your behalf' },
  destination_removed: {
    status: 403,
    text: 'This destination was removed: nothing can be decided on its cards any more',
  },
  destination_off: { status: 403, text: 'An admin has switched this destination off' },
  note_required: { status: 422, text: 'The policy asks for a note with this decision' },
  details_not_opened: {
    status: 403,
    text: 'Open all of it before you approve: press View details and go to its last page',
  },
  digest_mismatch: { status: 409, text: 'This is not the digest of what is to be decided' },
  required_by_policy: { status: 422, text: 'The policy asks for more than the request gives' },
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

/** Of whoever is no full member of the workspace that was asked or told. */
const OUTSIDERS: Partial<Record<RefusalCode, Partial<Record<Standing, string>>>> = {
  not_a_reviewer: {
    guest: 'Guests may not decide; ask a full member',
    bot: 'Bots may not decide',
    external: 'Only members of the workspace that was asked may decide',
  },
  not_a_member: {
    guest: 'Guests may not acknowledge an alert; ask a full member',
    bot: 'Bots may not acknowledge an alert',
    external: 'Only members of a workspace that was sent this alert may acknowledge it',
  },
}

export interface Refusal {
  code: RefusalCode
  status: number
  text: string
  /** The name of who was first, where that is why. */
  first: string | null
  /** What a program can read of it beside the code. */
  facts?: Record<string, unknown>
}

interface Refused {
  ok: false
  refusal: Refusal
}

export type Outcome<T> = { ok: true; value: T } | Refused

export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/**
 * A refusal in words. With the approval at hand, `already_decided` tells how it stands and who decided, and to the
 * person who voted on it, by their id, that it was they.
 */
export function refused(code: RefusalCode, approval?: ApprovalView, personId?: string): Refused {
  const { status, text } = REFUSALS[code]
  const words =
    code === 'already_decided' && approval ? closedWords(approval, personId) : { text, first: null }
  return { ok: false, refusal: { code, status, ...words } }
}

function closedWords(approval: ApprovalView, personId: string | undefined): Pick<Refusal, 'text' | 'first'> {
  const { status, decisions } = approval
  const own = decisions.findLast(({ reviewer }) => reviewer.id === personId)
  if (!own) return { text: `Already ${status}`, first: closedBy(approval) }
  const text = `You have already ${own.verdict === 'approve' ? 'approved' : 'denied'} this`
  const closing = new Set(closingVotes(approval).map(({ reviewer }) => reviewer.id))
  const isAlone = closing.size === 1 && closing.has(own.reviewer.id)
  return isAlone ? { text, first: null } : { text: `${text}; it was ${status}`, first: closedBy(approval) }
}

/** To whoever may not review: in the words of their standing, or by the groups that are asked. */
export function refusedReviewer(standing: Standing, code: RefusalCode, asked: AskedOfReviewers): Refused {
  const outcome = refusedTo(standing, code)
  const groups = requirementsOf(asked).map(({ group }) => group)
  const isOfGroups =
    code === 'not_a_reviewer' && standing === 'member' && groups.every(({ id }) => id !== USUAL_GROUP.id)
  if (!isOfGroups) return outcome
  const names = [...groups, ...(asked.escalatedTo ? [asked.escalatedTo] : [])].map(({ name }) => name)
  const text = `Only members of ${listed([...new Set(names)])} may decide this`
  return { ok: false, refusal: { ...outcome.refusal, text } }
}

/** In the words of their standing, where that is why. */
export function refusedTo(standing: Standing, code: RefusalCode): Refused {
  const refusal = refused(code)
  const text = OUTSIDERS[code]?.[standing]
  return text === undefined ? refusal : { ok: false, refusal: { ...refusal.refusal, text } }
}

/** The agent must give what the policy requires of it; `names`: as the request calls it. */
export function requiredByPolicy(names: string[]): Refused {
  const code = 'required_by_policy'
  const text = `The policy asks the agent for ${listed(names)}`
  return { ok: false, refusal: { code, status: REFUSALS[code].status, text, first: null } }
}

/** What is about to run is not what people saw; `differs`: where, by paths. */
export function notThisAction(facts: { approved: string; given: string; differs: string[] }): Refused {
  const { approved: approved_digest, given: given_digest, differs } = facts
  const outcome = refused('action_mismatch')
  const text = `${outcome.refusal.text}: ${listed(differs)} ${differs.length === 1 ? 'differs' : 'differ'}`
  return {
    ok: false,
    refusal: { ...outcome.refusal, text, facts: { approved_digest, given_digest, differs } },
  }
}

/** Why there is nothing to redeem or to revoke: nobody approved it, or its grant is used, taken back or over. */
export function refusedGrant(status: string, grant: ApprovalView['grant']): Refused {
  if (status === 'expired') return refused('approval_expired')
  if (status !== 'approved') return withText('not_approved', `It is ${status}, not approved`)
  if (grant === null) return refused('no_grant')
  if (grant.state === 'redeemed') return refused('already_redeemed')
  if (grant.state === 'revoked') return withText('grant_revoked', grant.reason ?? REFUSALS.grant_revoked.text)
  return refused('grant_ended')
}

function withText(code: RefusalCode, text: string): Refused {
  return { ok: false, refusal: { ...refused(code).refusal, text } }
}

/** Somebody else has seen to the alert. */
export function alreadyAcknowledged(first: string): Refused {
  const code = 'already_acknowledged'
  return { ok: false, refusal: { code, ...REFUSALS[code], first } }
}
