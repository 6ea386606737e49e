// Holds the record, Slack and all answers against each other, to find what is lost, doubled or untrue.

import { setTimeout as delay } from 'node:timers/promises'
import type { ApprovalRow, DecisionRow } from '../../db/schema.ts'
import { sha256Hex } from '../../src/kit/canonical-json.ts'
import { type Card, cardsIn, lieOf } from './cards.ts'
import type { Ledger } from './ledger.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import type { World } from './world.ts'

const QUIET_MS = 40_000
const LOOK_MS = 50

/** A card that the database does not remember: its server was killed between Slack's answer and the write. */
export interface UnknownCopy extends Card {
  status: string
  expiresAt: number
  lies: boolean
}

export interface Finding {
  /** In words; empty when every guarantee holds. */
  problems: string[]
  unknown: UnknownCopy[]
  snapshot: Snapshot
}

/** Waits until nothing is due any more and looks at everything in that state. */
export async function inspect(world: World, ledger: Ledger): Promise<Finding> {
  const { snapshot, cards } = await quiet(world)
  const problems = [
    ...ledger.problems,
    ...world.errors(),
    ...promises(snapshot, ledger),
    ...records(snapshot, world),
  ]
  const found = inSlack(snapshot, cards, world)
  return { problems: [...problems, ...found.problems], unknown: found.unknown, snapshot }
}

/** The record and the cards of one moment in which nothing was under way. */
async function quiet(world: World): Promise<{ snapshot: Snapshot; cards: Card[] }> {
  const deadline = performance.now() + QUIET_MS
  let changes = 0
  const unsubscribe = world.slack.slack.onChange(() => {
    changes += 1
  })
  try {
    for (;;) {
      const changesBefore = changes
      const snapshot = await takeSnapshot(world.databaseUrl)
      const now = Date.now()
      const waiting = snapshot.deliveries.filter((delivery) => delivery.state === 'pending')
      const overdue = snapshot.approvals.filter(
        (approval) => approval.status === 'pending' && approval.expires_at <= now,
      )
      if (waiting.length + overdue.length === 0 && changes === changesBefore) {
        return { snapshot, cards: cardsIn(world.slack.slack) }
      }
      if (performance.now() > deadline) {
        throw new Error(`not quiet in time: ${JSON.stringify({ waiting, overdue })}`)
      }
      await delay(LOOK_MS)
    }
  } finally {
    unsubscribe()
  }
}

/** What was answered is so, and once. */
function promises({ approvals, decisions, keys, redemptions }: Snapshot, ledger: Ledger): string[] {
  const problems: string[] = []
  const byId = new Map(approvals.map((row) => [row.id, row]))
  const byQuestion = Map.groupBy(approvals, (row) => JSON.parse(row.metadata).question as string)
  for (const { idempotencyKey, approvalId } of ledger.questions) {
    const made = byQuestion.get(idempotencyKey) ?? []
    if (made.length > 1) problems.push(`one question made ${made.map((row) => row.id)}`)
    if (approvalId !== undefined && made[0]?.id !== approvalId) problems.push(`${approvalId} is lost`)
  }
  for (const [id, view] of ledger.closed) {
    const row = byId.get(id)
    const closedAt = row?.closed_at && new Date(row.closed_at).toISOString()
    if (
      row?.status !== view.status ||
      closedAt !== view.closed_at ||
      row.review_notes !== view.review_notes
    ) {
      problems.push(`${id} was answered as ${view.status} at ${view.closed_at} and is ${row?.status} now`)
    }
    const votes = decisions.filter((decision) => decision.approval_id === id).map((row) => row.verdict)
    if (String(votes) !== String(view.decisions.map((decision) => decision.verdict))) {
      problems.push(`${id} was answered with other decisions than ${votes}`)
    }
  }
  for (const [id, receipt] of ledger.receipts) {
    const recorded = redemptions.filter((row) => row.approval_id === id).map((row) => row.receipt)
    if (String(recorded) !== receipt) problems.push(`the receipt of ${id} is not the one on record`)
  }
  for (const { approvalId, triggerId } of ledger.presses) {
    const counted = decisions.some((row) => row.interaction.includes(triggerId))
    const status = byId.get(approvalId)?.status
    if (status === 'pending') problems.push(`a press on ${approvalId} was answered and it is pending`)
    if (counted && status !== 'approved' && status !== 'denied') problems.push(`${approvalId} is ${status}`)
  }
  for (const { idempotencyKey, approvalId, verdict, accepted } of ledger.votes) {
    const key = keys.find((row) => row.key === idempotencyKey)
    const isThere = decisions.some((row) => row.approval_id === approvalId && row.verdict === verdict)
    if (accepted === true && !key) problems.push(`an accepted vote on ${approvalId} is lost`)
    if (key && !isThere) problems.push(`a key names a vote on ${approvalId} that is not there`)
    if (accepted === false && key) problems.push(`a refused vote on ${approvalId} counted`)
  }
  return problems
}

const CLOSING: Record<string, [action: string, event: string]> = {
  approved: ['approval.reviewed', 'approval.decided'],
  denied: ['approval.reviewed', 'approval.decided'],
  expired: ['approval.expired', 'approval.expired'],
  withdrawn: ['approval.withdrawn', 'approval.withdrawn'],
}
const VERDICT: Record<string, string> = { approved: 'approve', denied: 'deny' }

/** Each transition happened once, with all that belongs to it. */
function records(snapshot: Snapshot, { destinations }: World): string[] {
  const problems: string[] = []
  const decisions = Map.groupBy(snapshot.decisions, (row) => row.approval_id)
  const audit = Map.groupBy(snapshot.audit, (row) => row.subject)
  const events = Map.groupBy(snapshot.events, (row) => row.approval_id)
  const deliveries = Map.groupBy(snapshot.deliveries, (row) => row.subject_id)
  const expect = (what: string, found: unknown[] | undefined, wanted: unknown[]) => {
    const [is, should] = [JSON.stringify(found?.toSorted() ?? []), JSON.stringify(wanted.toSorted())]
    if (is !== should) problems.push(`${what}: ${is} instead of ${should}`)
  }

  for (const { id, status, closed_at, redeemed_at, revoked_at } of snapshot.approvals) {
    const [action, event] = CLOSING[status] ?? []
    const verdict = VERDICT[status]
    const asked = 'approval.requested'
    const redeemed = redeemed_at === null ? [] : ['approval.redeemed']
    const after = revoked_at === null ? redeemed : [...redeemed, 'approval.revoked']
    if ((closed_at === null) !== (status === 'pending')) problems.push(`${id} ${status}, closed ${closed_at}`)
    expect(
      `votes on ${id}`,
      decisions.get(id)?.map((row) => row.verdict),
      verdict ? [verdict] : [],
    )
    expect(
      `audit of ${id}`,
      audit.get(id)?.map((row) => row.action),
      action ? [asked, action, ...after] : [asked],
    )
    expect(
      `events of ${id}`,
      events.get(id)?.map((row) => row.type),
      event ? [asked, event, ...after] : [asked],
    )
    const told = events.get(id)?.flatMap((row) => destinations.map((place) => [place, row.id, 'delivered']))
    const sent = deliveries.get(id)?.map((row) => [row.destination_id, row.event_id, row.state])
    expect(`deliveries of ${id}`, sent, told ?? [])
  }
  const known = new Set(snapshot.approvals.map((row) => row.id))
  for (const { id, subject, canonical, leaf } of snapshot.audit) {
    if (!known.has(subject)) problems.push(`${id} is about ${subject}, which is not there`)
    if (sha256Hex('\0', canonical) !== leaf) problems.push(`the leaf of ${id} is not that of its bytes`)
  }
  return problems
}

function inSlack(snapshot: Snapshot, cards: Card[], world: World) {
  const problems: string[] = []
  const unknown: UnknownCopy[] = []
  const approvals = new Map<string, ApprovalRow>(snapshot.approvals.map((row) => [row.id, row]))
  const decisions = new Map<string, DecisionRow>(snapshot.decisions.map((row) => [row.approval_id, row]))
  const standing = new Map(cards.map((card) => [card.handle, card]))
  const remembered = new Map(snapshot.cards.map((row) => [row.handle, row]))

  for (const { id } of snapshot.approvals) {
    const places = snapshot.cards.filter((row) => row.subject_id === id).map((row) => row.destination_id)
    const without = world.destinations.filter((place) => !places.includes(place))
    if (without.length > 0) problems.push(`${id} has no card at ${without}`)
  }
  for (const { handle, subject_id } of snapshot.cards) {
    if (standing.get(handle)?.approvalId !== subject_id) problems.push(`${handle} is not of ${subject_id}`)
  }
  for (const card of cards) {
    const approval = approvals.get(card.approvalId)
    if (!approval) {
      problems.push(`${card.handle} is about ${card.approvalId}, which is not there`)
      continue
    }
    const lie = lieOf(card, approval.status, decisions.get(approval.id)?.reviewer_name)
    if (remembered.has(card.handle)) {
      if (lie) problems.push(lie)
      continue
    }
    const { status, expires_at: expiresAt } = approval
    unknown.push({ ...card, status, expiresAt, lies: lie !== undefined })
    if (!isExcused(card, world)) problems.push(`${card.handle} is forgotten, and no kill explains it`)
  }
  return { problems, unknown }
}

/** A killed process can leave one unknown card per destination: the last that it posted there. */
function isExcused({ handle }: Card, { slack, killed }: World): boolean {
  const post = slack.posts.find((candidate) => candidate.handle === handle)
  const last = slack.posts.findLast(({ process, token }) => process === post?.process && token === post.token)
  return post !== undefined && killed.has(post.process) && last === post
}
