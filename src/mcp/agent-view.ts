// Tells an agent how its approval stands, and what to do next.

import { z } from 'zod'
import { approval } from '../api/approvals/answers.ts'
import type { ApprovalView } from '../approvals/view.ts'

const { shape } = approval

type Seen = Omit<ApprovalView, 'answered_by'>

export const agentView = z.object({
  approval_id: z.string(),
  status: shape.status,
  next: z.string().describe('What to do now'),
  url: shape.url.describe('Where people read and decide it'),
  expires_at: shape.expires_at,
  review_notes: shape.review_notes,
  decisions: shape.decisions,
  grant: shape.grant,
  reached: shape.reached,
  unreached_reasons: shape.unreached_reasons,
  receipt: z.string().optional().describe('The proof that it may run now, for whoever runs the tool'),
})

/** With the receipt, where this answer redeemed it. */
export function agentViewOf(view: Seen, receipt?: string): z.infer<typeof agentView> {
  const { id, status, url, expires_at, review_notes, decisions, grant, reached, unreached_reasons } = view
  return {
    approval_id: id,
    status,
    next: nextStep(view, receipt !== undefined),
    url,
    expires_at,
    review_notes,
    decisions,
    grant,
    reached,
    unreached_reasons,
    ...(receipt !== undefined && { receipt }),
  }
}

export const RUN_NOW =
  'Run exactly this action now, once, and give the receipt to the tool if it asks for one'

function nextStep({ status, grant, reached }: Seen, hasReceipt: boolean): string {
  if (status === 'approved') return hasReceipt ? RUN_NOW : nextByGrant(grant)
  if (status !== 'pending') return CLOSED[status]
  return reached
    ? WAIT
    : `No channel could show it to people yet: tell your user, and give them its url. ${WAIT}`
}

const WAIT =
  'Nobody has decided yet: do not act. Call wait_for_approval with this approval_id, again while it is pending'

const CLOSED = {
  denied: 'It was denied: do not act, and do not ask for the same again; review_notes says who denied it',
  expired: 'Nobody answered in time: do not act. You may ask again',
  withdrawn: 'The request was taken back: do not act',
} as const

function nextByGrant(grant: ApprovalView['grant']): string {
  if (grant === null)
    return 'It is approved, and there is nothing to redeem: act now, exactly as you asked, once'
  return GRANTED[grant.state]
}

const GRANTED = {
  live: 'It is approved: right before you act, call redeem with this approval_id and exactly the same action, and act only with the receipt',
  redeemed: 'It was redeemed and may run once only: do not run it again. Ask again for another run',
  ended: 'It was approved, and the time in which it could run is over: do not act. You may ask again',
  revoked: 'The yes was taken back: do not act',
} as const
