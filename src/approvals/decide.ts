// Does this vote count? The guards in their order, and then exactly one decision.

import type { ApprovalRow, DecisionRow, PersonRow } from '../../db/schema.ts'
import { ensurePerson, findPerson } from '../identity/persons.ts'
import { newId } from '../kit/ids.ts'
import * as store from '../store/approvals.ts'
import { findRequester } from '../store/people.ts'
import { together } from '../store/together.ts'
import { adopt, type ClickedCard, findClickedCard, mend } from './clicked-card.ts'
import { type Change, close } from './close.ts'
import { loadView } from './compose-view.ts'
import type { Decide } from './desk.ts'
import { expire, isOverdue } from './expire.ts'
import { refuseReviewer } from './may-review.ts'
import { type Outcome, ok, refused } from './refusals.ts'
import type { ApprovalView } from './view.ts'

const STATUS_OF = { approve: 'approved', deny: 'denied' } as const
const WORD_OF = { approve: 'Approved', deny: 'Denied' } as const

/** In one transaction; the guards stand in their order. */
export async function decide(change: Change, command: Decide): Promise<Outcome<ApprovalView>> {
  const { trx } = change
  const { by } = command
  for (;;) {
    const [approval, earlier, card, person, requester] = await together(
      trx,
      // Before the press is looked up: what this press closes in another process is then not found closed
      // without it.
      () => store.findApproval(trx, command.approvalId),
      () => store.findDecisionByInteraction(trx, interactionOf(command)),
      () => findClickedCard(trx, command.approvalId, command.at),
      () => findPerson(trx, by),
      () => findRequester(trx, command.approvalId),
    )
    if (earlier) return repeat(change, command, earlier)
    if (!approval) return refused('approval_not_found')
    if (isOverdue(approval, change.now)) await expire(change, approval)
    else if (approval.status === 'pending') {
      const refusal = refuseReviewer(approval, { by, person, requester, card: originOf(command, card) })
      if (refusal) return refused(refusal)
      // Lost against another process between reading and writing: look again, it is closed now.
      const decided = await recordDecision(change, approval, command, { card, person })
      if (!decided) continue
      return ok(decided)
    }
    if (card) await mend(change, approval.id, card)
    const view = await loadView(trx, approval.id, change)
    return refused(view?.status === 'expired' ? 'approval_expired' : 'already_decided', view)
  }
}

/** The first outcome again; the same id on another approval or verdict is a different press. */
async function repeat(change: Change, command: Decide, earlier: DecisionRow): Promise<Outcome<ApprovalView>> {
  const isSame = earlier.approval_id === command.approvalId && earlier.verdict === command.verdict
  if (!isSame) return refused('idempotency_key_reused')
  const view = await loadView(change.trx, earlier.approval_id, change)
  return view ? ok(view) : refused('approval_not_found')
}

async function recordDecision(
  change: Change,
  approval: ApprovalRow,
  command: Decide,
  { card, person }: { card: ClickedCard | undefined; person: PersonRow | undefined },
): Promise<ApprovalView | undefined> {
  const { trx, now } = change
  const { by, verdict, note = null } = command
  const reviewer = person ?? (await ensurePerson(trx, by, now))
  const decision: DecisionRow = {
    id: newId('dec'),
    approval_id: approval.id,
    verdict,
    person_id: reviewer.id,
    reviewer_name: by.name,
    source: by.platform,
    note,
    interaction: interactionOf(command),
    destination_id: card?.destinationId ?? null,
    handle: card?.handle ?? null,
    decided_at: now,
  }
  // Before the approval is closed, so that the same press on another approval at this moment loses here.
  if (!(await store.insertDecision(trx, decision))) return undefined
  if (card) await adopt(change, approval.id, card)
  const closed = await close(change, approval, {
    status: STATUS_OF[verdict],
    reviewNotes: `${WORD_OF[verdict]} by ${by.name} via ${by.platform}${note ? `: ${note}` : ''}`,
    event: 'approval.decided',
    decision,
    audit: {
      action: 'approval.reviewed',
      facts: {
        decision_id: decision.id,
        verdict,
        digest: approval.digest,
        risk: { level: approval.risk_level, score: approval.risk_score },
        reviewer: { id: reviewer.id, platform: by.platform, tenant: by.tenant, user_id: by.userId },
        source: by.platform,
        card: card ? { destination_id: card.destinationId, handle: card.handle } : null,
      },
      personal: { reviewer_name: by.name, note },
    },
    ...(card && { clickedAt: card.destinationId }),
  })
  if (!closed) await store.deleteDecision(trx, decision.id)
  return closed
}

function originOf({ at }: Decide, card: ClickedCard | undefined): 'none' | 'ours' | 'strange' {
  if (card) return 'ours'
  return at ? 'strange' : 'none'
}

function interactionOf({ by, interactionId }: Decide): string {
  return JSON.stringify([by.platform, by.tenant, interactionId])
}
