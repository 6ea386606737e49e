// Records a vote and counts it: it closes the approval, or the others are told that it was cast.

import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import type { KeptActor } from '../identity/accounts.ts'
import { type Principal, traceOf } from '../identity/principal.ts'
import { insertDecision, markUncounted } from '../store/decisions.ts'
import { findListeners } from '../store/destinations.ts'
import { together } from '../store/together.ts'
import { findAdded } from './added.ts'
import { announceRedraw } from './announce.ts'
import type { Change } from './change.ts'
import type { ClickedCard } from './clicked-card.ts'
import { close } from './close.ts'
import { viewOf } from './compose-view.ts'
import type { AskedOfReviewers } from './ruling.ts'
import { approversOf, countingOf, tally } from './tally.ts'
import { type ApprovalView, asOneName, listed } from './view.ts'
import { groupsIn, type ShownVote, type Vote } from './votes.ts'

interface NewVote {
  row: DecisionRow
  by: Principal
  voter: KeptActor
  card: ClickedCard | undefined
  asked: AskedOfReviewers
}

/**
 * `earlier`: the votes before it, none of this voter. undefined: somebody else closed the approval first, or this press
 * or person was recorded meanwhile.
 */
export async function count(
  change: Change,
  approval: ApprovalRow,
  cast: NewVote,
  earlier: Vote[],
): Promise<ApprovalView | undefined> {
  const { row, card, asked } = cast
  const verdict = row.verdict as Vote['verdict']
  const own = verdict === 'approve' ? [[{ row, groups: groupsIn(row) }]] : []
  const approvals = countingOf<Pick<Vote, 'row' | 'groups'>>(asked, [...approversOf(earlier), ...own])
  const status = tally(verdict, asked, approvals)
  const counting = earlier.filter((vote) => approvals.includes(vote))
  const votes = [...earlier.map((vote) => shown(vote, counting)), fresh(cast)]
  const audit = entryOf(approval, cast, status ?? null)
  const clickedAt = card && { clickedAt: card.destinationId }
  if (status === undefined) return tellOf(change, approval, { votes, audit, ...clickedAt })

  const closed = await close(change, approval, {
    status,
    reviewNotes: wordsFor(status, votes),
    event: 'approval.decided',
    votes,
    audit,
    ...clickedAt,
  })
  if (!closed) return undefined
  const uncounted = earlier.filter((vote) => !counting.includes(vote)).map((vote) => vote.row.id)
  if (uncounted.length > 0) await markUncounted(change.trx, uncounted)
  change.voted.push({ view: closed, vote: row })
  return closed
}

/** The approval stays pending; its cards are redrawn. */
async function tellOf(
  change: Change,
  approval: ApprovalRow,
  {
    votes,
    audit,
    clickedAt,
  }: { votes: ShownVote[]; audit: Omit<Entry, 'at' | 'subject'>; clickedAt?: string },
): Promise<ApprovalView | undefined> {
  const { trx } = change
  const { row } = votes.at(-1) as ShownVote
  const [isTaken, listeners, added] = await together(
    trx,
    () => insertDecision(trx, row),
    () => findListeners(trx, approval.id),
    () => findAdded(trx, [approval]),
  )
  if (!isTaken) return undefined
  await together(
    trx,
    () => record(trx, { at: change.now, subject: approval.id, ...audit }),
    () => announceRedraw(change, 'approval.voted', approval, { listeners, first: clickedAt }),
  )
  const view = viewOf(approval, change, { votes, added: added.get(approval.id) })
  change.voted.push({ view, vote: row })
  return view
}

function shown(vote: Vote, counting: Vote[]): ShownVote {
  return { row: vote.row, reviewerId: vote.by.id, counts: counting.includes(vote) }
}

function fresh({ row, voter }: NewVote): ShownVote {
  return { row, reviewerId: voter.personId, counts: row.verdict === 'approve' }
}

/** One audit row for each vote; `closes`: how the approval stands by it, null while more are awaited. */
function entryOf(
  { digest, risk_level, risk_score }: ApprovalRow,
  { row, by, voter, card }: NewVote,
  closes: string | null,
): Omit<Entry, 'at' | 'subject'> {
  return {
    action: 'approval.reviewed',
    facts: {
      decision_id: row.id,
      verdict: row.verdict,
      closes,
      digest,
      risk: { level: risk_level, score: risk_score },
      reviewer: { id: voter.rowId, ...traceOf(by) },
      source: row.source,
      groups: groupsIn(row),
      card: card ? { destination_id: card.destinationId, handle: card.handle } : null,
    },
    personal: { reviewer_name: row.reviewer_name, reviewer_email: row.reviewer_email, note: row.note },
  }
}

/** `Approved by Ana via api and Ben via api: checked with finance` */
function wordsFor(status: 'approved' | 'denied', votes: ShownVote[]): string {
  const isDenied = status === 'denied'
  const closing = isDenied ? votes.slice(-1) : votes.filter(({ counts }) => counts)
  const names = listed(closing.map(({ row }) => `${asOneName(row.reviewer_name)} via ${row.source}`))
  const notes = closing.flatMap(({ row }) => row.note ?? [])
  const words = `${isDenied ? 'Denied' : 'Approved'} by ${names}`
  return notes.length === 0 ? words : `${words}: ${notes.join(' / ')}`
}
