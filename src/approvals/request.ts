// Answers an agent that asks: with a new approval, or the one that answers already.

import type { ApprovalRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import { once } from '../idempotency/once.ts'
import * as store from '../store/approvals.ts'
import { findListeners } from '../store/destinations.ts'
import type { IsFull } from '../store/pending-limit.ts'
import { findGranted } from '../store/redemptions.ts'
import { together } from '../store/together.ts'
import { announce } from './announce.ts'
import { answerAgain, answerByGrant } from './answer-by-grant.ts'
import type { Change } from './change.ts'
import { composeView, viewOf } from './compose-view.ts'
import type { Answer, RequestApproval } from './desk.ts'
import { expire, isOverdue } from './expire.ts'
import { rowOf } from './new-row.ts'
import { type Outcome, ok, refused, requiredByPolicy } from './refusals.ts'
import { ruled } from './rule.ts'
import { isAskedAlike, type Ruling, rulingOf } from './ruling.ts'

/** Each loses to another process that asks the same and is answered meanwhile. */
const MOST_TRIES = 5

/** In one transaction. A repeat with the same Idempotency-Key gets the same approval, as it stands now. */
export function request(change: Change, command: RequestApproval, isFull: IsFull): Promise<Outcome<Answer>> {
  // What does not tell one request from another is left out.
  const { idempotencyKey: key, mostPending: _, ownerKeyName: __, ...asked } = command
  const row = rowOf(command, change.now)
  const keyed = { apiKeyId: command.ownerKeyId, operation: 'requestApproval', request: asked }
  return once(change, key === undefined ? undefined : { ...keyed, key }, row.id, {
    first: () => insertOrAnswer(change, command, row, isFull),
    again: (id) => answerAgain(change, command, id),
    subjectOf: (outcome) => (outcome.ok ? outcome.value.subjectId : undefined),
    reused: refused('idempotency_key_reused'),
  })
}

async function insertOrAnswer(
  change: Change,
  command: RequestApproval,
  asked: ApprovalRow,
  isFull: IsFull,
): Promise<Outcome<Answer>> {
  const { trx, now } = change
  const [{ row, effect, lacks }, granted] = await together(
    trx,
    () => ruled(trx, command, asked),
    () => findGranted(trx, { ...asked, now }),
  )
  if (effect === 'deny') return policyAnswers(change, command, row)
  if (lacks.length > 0) return requiredByPolicy(lacks)
  const answer = await answerByGrant(change, command, row, granted)
  if (answer) return ok(answer)
  if (effect === 'ask') return insertPending(change, command, row, isFull)
  // Of an action that people are asked about already, they decide.
  const twin = await findTwin(change, asked)
  return twin ? twinAnswers(change, twin) : policyAnswers(change, command, row)
}

async function insertPending(
  change: Change,
  command: RequestApproval,
  row: ApprovalRow,
  isFull: IsFull,
): Promise<Outcome<Answer>> {
  const { trx } = change
  // In the transaction: requests of one key at the same moment may all take the last place.
  const hasNoRoom = await isFull(trx, command.ownerKeyId, command.mostPending)
  const [twin, listeners] = await together(
    trx,
    () => (hasNoRoom ? findTwinAsked(change, row) : insertOrFindTwin(change, row)),
    () => findListeners(trx, row.id),
  )
  if (hasNoRoom && !twin) return refused('too_many_pending')
  if (twin) return twinAnswers(change, twin)
  await together(
    trx,
    () => record(trx, entryOf(command, row)),
    () => announce(change, 'approval.requested', row, { listeners, first: command.testOf }),
  )
  return ok({ approval: viewOf(row, change), created: true })
}

async function twinAnswers(change: Change, twin: ApprovalRow): Promise<Outcome<Answer>> {
  return ok({ approval: await composeView(change.trx, twin, change), created: false })
}

/** It is closed at once, and nobody is asked. */
async function policyAnswers(
  change: Change,
  command: RequestApproval,
  row: ApprovalRow,
): Promise<Outcome<Answer>> {
  const { trx, now } = change
  const [, listeners] = await together(
    trx,
    () => store.insertPending(trx, row),
    () => findListeners(trx, row.id),
  )
  const { version, rule } = rulingOf(row) as Ruling
  const answer: Entry = {
    at: now,
    action: 'approval.answered',
    subject: row.id,
    facts: { by: 'policy', version, rule, status: row.status, digest: row.digest },
    personal: {},
  }
  await together(
    trx,
    () => record(trx, entryOf(command, row)),
    () => record(trx, answer),
    () => announce(change, 'approval.decided', row, { listeners }),
  )
  const approval = viewOf(row, change)
  change.closed.push(approval)
  return ok({ approval, created: true })
}

function entryOf(command: RequestApproval, row: ApprovalRow): Entry {
  const ruling = rulingOf(row)
  return {
    at: row.created_at,
    action: 'approval.requested',
    subject: row.id,
    facts: {
      digest: row.digest,
      owner_key_id: row.owner_key_id,
      agent_id: row.agent_id,
      tool: row.tool,
      environment: row.environment,
      risk: { level: row.risk_level, score: row.risk_score },
      expires_at: row.expires_at,
      policy: ruling && { version: ruling.version, rule: ruling.rule, review: ruling.review },
      test_of: command.testOf ?? null,
    },
    personal: {
      agent_name: row.agent_name,
      summary: row.summary,
      arguments: command.action.arguments ?? {},
      reasons: command.reasons,
      requested_by: row.requested_by,
      metadata: command.metadata,
    },
  }
}

async function findTwin({ trx, now }: Change, row: ApprovalRow): Promise<ApprovalRow | undefined> {
  const twin = row.twin === null ? undefined : await store.findPendingTwin(trx, row.twin)
  return twin && !isOverdue(twin, now) ? twin : undefined
}

/** One that is asked of reviewers as the policy asks by now. */
async function findTwinAsked(change: Change, row: ApprovalRow): Promise<ApprovalRow | undefined> {
  const twin = await findTwin(change, row)
  return twin && isAskedAlike(twin, row) ? twin : undefined
}

/**
 * undefined: the row is in. A twin that another process closes between the two queries is found by neither: then it is
 * tried again. One that waits under another ruling answers nobody from now on: what was asked of its reviewers is not
 * what the policy asks by now.
 */
async function insertOrFindTwin(change: Change, row: ApprovalRow): Promise<ApprovalRow | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (await store.insertPending(change.trx, row)) return undefined
    const twin = row.twin === null ? undefined : await store.findPendingTwin(change.trx, row.twin)
    if (!twin) continue
    if (isOverdue(twin, change.now)) await expire(change, twin)
    else if (isAskedAlike(twin, row)) return twin
    else await store.forgetTwin(change.trx, twin.id)
  }
  throw new Error(`a pending twin of ${row.id} was in the way ${MOST_TRIES} times, and closed each time`)
}
