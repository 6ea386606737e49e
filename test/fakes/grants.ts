// Asks for an action, has it approved, and redeems it, in few words; reads receipts without checking them.

import type { Answer, Redeem, RequestApproval } from '../../src/approvals/desk.ts'
import type { Outcome } from '../../src/approvals/refusals.ts'
import { asking, OWNER } from './office.ts'
import type { ReviewHouse } from './review-house.ts'

export interface Granted {
  request: RequestApproval
  id: string
  redeem: Redeem
}

/** Approved by Ana alone, or by whom the test names; nothing else asks for the same. */
export async function approved(
  house: ReviewHouse,
  wanted: Partial<RequestApproval> = {},
  by: string[] = ['Ana'],
): Promise<Granted> {
  const request = asking(wanted)
  const { approval } = done(await house.office.desk.request(request))
  for (const userId of by) await house.vote(approval, userId)
  const { summary: _, ...action } = request.action
  return { request, id: approval.id, redeem: { approvalId: approval.id, ownerKeyId: OWNER, action } }
}

export function done<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value
}

/** What an agent hears of it, in one word: by a grant, new, the same, or the code of a refusal. */
export function heard(outcome: Outcome<Answer>): string {
  if (!outcome.ok) return outcome.refusal.code
  const { answeredBy, created, receipt } = outcome.value
  if (answeredBy) return 'grant'
  return created ? 'new' : receipt === undefined ? 'same' : 'same with receipt'
}

export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.refusal.code
}

export function claimsIn(receipt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(receipt.split('.')[1]), 'base64url').toString())
}
