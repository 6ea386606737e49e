// Takes a vote: the guards in their order, the vote on record, and the closing if the votes suffice.

import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { type Actor, findActor, keepActor, personIdOf, settledActor } from '../identity/accounts.ts'
import { emailOf, nameOf, sourceOf } from '../identity/principal.ts'
import { newId } from '../kit/ids.ts'
import { findAskers } from '../store/api-keys.ts'
import * as decisions from '../store/decisions.ts'
import { together } from '../store/together.ts'
import type { Change } from './change.ts'
import { adopt, type ClickedCard, findClickedCard, mend } from './clicked-card.ts'
import { composeView, loadView } from './compose-view.ts'
import type { Decide } from './desk.ts'
import { expire, isOverdue } from './expire.ts'
import { reviewStanding, type Standing, type Voter } from './may-review.ts'
import { isOpened } from './opened.ts'
import { count } from './record-vote.ts'
import { type Outcome, ok, type RefusalCode, refused, refusedReviewer } from './refusals.ts'
import { type AskedOfReviewers, askedOf } from './ruling.ts'
import type { ApprovalView } from './view.ts'
import type { Vote } from './votes.ts'

/** Lost against another process between reading and writing, the second look finds what that one wrote. */
const MAX_LOOKS = 3

/** In one transaction; the guards stand in their order. */
export async function decide(change: Change, command: Decide): Promise<Outcome<ApprovalView>> {
  const { trx } = change
  const { by } = command
  for (let look = 0; look < MAX_LOOKS; look++) {
    const [approval, { earlier, voted }, clicked, found] = await together(
      trx,
      // First, because it waits for who decides it elsewhere: the others then find what that one wrote.
      () => decisions.findToDecide(trx, command.approvalId),
      () => decisions.findPressAndVotes(trx, command.approvalId, interactionOf(command)),
      () => findClickedCard(trx, command.approvalId, command.at),
      () => findActor(trx, by),
    )
    if (earlier) return repeat(change, command, earlier)
    if (!approval) return refused('approval_not_found')
    const card = clicked && (await asItShows(change, approval, clicked, command.at))
    if (isOverdue(approval, change.now)) await expire(change, approval)
    else if (approval.status === 'pending') {
      const asked = askedOf(approval)
      const actor = asked.review && card ? await settledActor(trx, by, found, change.now) : found
      const askers = approval.has_askers ? await findAskers(trx, approval.id) : []
      const origin = card ?? (command.at ? ('strange' as const) : undefined)
      const voter = { by, actor, askers, voted, card: origin }
      const allowed = await allow(change, approval, command, { asked, voter, card })
      if ('refusal' in allowed) {
        if (card && isMended(allowed.refusal, card)) await mend(change, approval.id, card)
        return refusedReviewer(by.standing, allowed.refusal, asked)
      }
      const view = await vote(change, approval, command, { card, actor, asked, ...allowed })
      if (view) return ok(view)
      continue
    }
    if (card) await mend(change, approval.id, card)
    const view = await loadView(trx, approval.id, change)
    if (view?.status === 'expired') return refused('approval_expired')
    return refused('already_decided', view, found && (await personIdOf(trx, found)))
  }
  throw new Error(`a vote on ${command.approvalId} was overtaken ${MAX_LOOKS} times`)
}

/** A card that nobody could remember before it was clicked says by itself whether it shows everything. */
async function asItShows(
  change: Change,
  approval: ApprovalRow,
  card: ClickedCard,
  at: Decide['at'],
): Promise<ClickedCard> {
  if (card.known || !at?.isWhole) return card
  return { ...card, whole: at.isWhole(await composeView(change.trx, approval, change)) }
}

/** The guards on who votes and on what they have seen and say, in their order. */
async function allow(
  { trx, now }: Change,
  approval: ApprovalRow,
  { note, verdict }: Decide,
  { asked, card, voter }: { asked: AskedOfReviewers; card: ClickedCard | undefined; voter: Voter },
): Promise<Standing> {
  if (card?.refusal) return { refusal: card.refusal }
  const standing = await reviewStanding(trx, approval, asked, voter, now)
  if ('refusal' in standing) return standing
  const needsOpening = verdict === 'approve' && !(await isOpened(trx, approval, asked, { ...voter, card }))
  if (needsOpening) return { refusal: 'details_not_opened' }
  const lacksNote = asked.review?.noteRequired.includes(verdict) && (note ?? '').trim() === ''
  return lacksNote ? { refusal: 'note_required' } : standing
}

/**
 * Whether the card is drawn again: it may still have buttons, or none for what is to be done. One that we remember has
 * those that its approval asks for, and to draw it anew could fold away what somebody writes on it.
 */
function isMended(refusal: RefusalCode, { known }: ClickedCard): boolean {
  if (refusal === 'destination_removed') return known
  return !known && (refusal === 'details_not_opened' || refusal === 'note_required')
}

/** The first outcome again; the same id on another approval or verdict is a different press. */
async function repeat(change: Change, command: Decide, earlier: DecisionRow): Promise<Outcome<ApprovalView>> {
  const isSame = earlier.approval_id === command.approvalId && earlier.verdict === command.verdict
  if (!isSame) return refused('idempotency_key_reused')
  const view = await loadView(change.trx, earlier.approval_id, change)
  return view ? ok(view) : refused('approval_not_found')
}

interface Voting {
  card: ClickedCard | undefined
  actor: Actor
  asked: AskedOfReviewers
  /** Of the voter; null: none is named. */
  groups: string[] | null
  /** Those before it. */
  votes: Vote[]
}

/** undefined, and nothing written, when it was closed, who votes disabled, or this press or person recorded, meanwhile. */
async function vote(
  change: Change,
  approval: ApprovalRow,
  command: Decide,
  { card, actor, asked, groups, votes }: Voting,
): Promise<ApprovalView | undefined> {
  const { trx, now } = change
  const { by, verdict, note = null } = command
  const voter = await keepActor(trx, by, actor, now)
  if (!voter) return undefined
  const row: DecisionRow = {
    id: newId('dec'),
    approval_id: approval.id,
    verdict,
    person_id: voter.rowId,
    reviewer_name: nameOf(by),
    reviewer_email: emailOf(by),
    source: sourceOf(by),
    note,
    interaction: interactionOf(command),
    destination_id: card?.destinationId ?? null,
    handle: card?.handle ?? null,
    decided_at: now,
    counted: 1,
    groups: groups && JSON.stringify(groups),
  }
  const view = await count(change, approval, { row, by, voter, card, asked }, votes)
  if (view && card) await adopt(change, approval.id, card)
  return view
}

function interactionOf({ by, interactionId }: Decide): string {
  const [platform, tenant] = by.kind === 'key' ? ['api', ''] : [by.account.platform, by.account.tenant]
  return JSON.stringify([platform, tenant, interactionId])
}
