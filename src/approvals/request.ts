// Answers an agent that asks: with a new approval, or the one that answers already.

import type { ApprovalRow } from '../../db/schema.ts'
import { type Entry, record } from '../audit/append.ts'
import { once } from '../idempotency/once.ts'
import { canonicalJson, sha256Hex } from '../kit/canonical-json.ts'
import { newId } from '../kit/ids.ts'
import * as store from '../store/approvals.ts'
import type { IsFull } from '../store/pending-limit.ts'
import { together } from '../store/together.ts'
import { announce } from './announce.ts'
import type { Change } from './change.ts'
import { composeView, loadView, viewOf } from './compose-view.ts'
import type { Answer, RequestApproval } from './desk.ts'
import { expire, isOverdue } from './expire.ts'
import { type Outcome, ok, refused } from './refusals.ts'

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
    again: async (id) => {
      const approval = await loadView(change.trx, id, change)
      return approval ? ok({ approval, created: false }) : refused('approval_not_found')
    },
    reused: refused('idempotency_key_reused'),
  })
}

async function insertOrAnswer(
  change: Change,
  command: RequestApproval,
  row: ApprovalRow,
  isFull: IsFull,
): Promise<Outcome<Answer>> {
  const { trx, now } = change
  const { ownerKeyId, mostPending } = command
  // In the transaction: requests of one key at the same moment may all take the last place.
  const hasNoRoom = await isFull(trx, ownerKeyId, mostPending)
  const twin = hasNoRoom ? await findTwin(change, row) : await insertOrFindTwin(change, row)
  if (hasNoRoom && !twin) return refused('too_many_pending')
  if (twin) return ok({ approval: await composeView(trx, twin, change), created: false })

  const entry: Entry = {
    at: now,
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
  await together(
    trx,
    () => record(trx, entry),
    () => announce(change, 'approval.requested', row, command.testOf),
  )
  return ok({ approval: viewOf(row, change.publicUrl), created: true })
}

async function findTwin({ trx, now }: Change, row: ApprovalRow): Promise<ApprovalRow | undefined> {
  const twin = row.twin === null ? undefined : await store.findPendingTwin(trx, row.twin)
  return twin && !isOverdue(twin, now) ? twin : undefined
}

/**
 * undefined: the row is in. A twin that another process closes between the two queries is found by neither: then it is
 * tried again.
 */
async function insertOrFindTwin(change: Change, row: ApprovalRow): Promise<ApprovalRow | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (await store.insertPending(change.trx, row)) return undefined
    const twin = row.twin === null ? undefined : await store.findPendingTwin(change.trx, row.twin)
    if (twin && !isOverdue(twin, change.now)) return twin
    if (twin) await expire(change, twin)
  }
  throw new Error(`a pending twin of ${row.id} was in the way ${MOST_TRIES} times, and closed each time`)
}

function rowOf(command: RequestApproval, now: number): ApprovalRow {
  const { agent, action } = command
  const digest = digestOf(agent.id, action)
  return {
    id: newId('apr'),
    owner_key_id: command.ownerKeyId,
    key_name: command.ownerKeyName,
    status: 'pending',
    digest,
    agent_id: agent.id,
    agent_name: agent.name,
    tool: action.tool,
    summary: action.summary,
    arguments: JSON.stringify(action.arguments ?? {}),
    environment: action.environment ?? null,
    reasons: JSON.stringify(command.reasons),
    risk_level: command.risk.level,
    risk_score: command.risk.score,
    requested_by: command.requestedByEmail?.toLowerCase() ?? '',
    metadata: JSON.stringify(command.metadata),
    created_at: now,
    expires_at: now + command.expiresInSeconds * 1000,
    closed_at: null,
    review_notes: null,
    is_test: command.testOf === undefined ? 0 : 1,
    unreached_at: null,
    approvals_needed: command.approvalsNeeded ?? 1,
    twin: command.idempotencyKey === undefined ? twinOf(command, digest) : null,
    ruling: null,
    shadows: null,
    remind_at: null,
    escalate_at: null,
    escalated_at: null,
  }
}

/**
 * Equal for requests that ask the same, whenever they expire and whatever is noted beside: what people would see on
 * the card is the same, so that one answer is an answer to both.
 */
function twinOf(command: RequestApproval, digest: string): string {
  const { ownerKeyId, agent, action, reasons, risk, requestedByEmail = '', testOf = null } = command
  const { approvalsNeeded = 1 } = command
  // A list of fixed order, which JSON writes in one way; canonical JSON of an object takes five times as long.
  const asked = [
    ownerKeyId,
    digest,
    agent.name,
    action.summary,
    reasons,
    risk.level,
    risk.score,
    requestedByEmail.toLowerCase(),
    testOf,
    approvalsNeeded,
  ]
  return sha256Hex(JSON.stringify(asked))
}

/** What will run, in 64 hex digits; the summary is the agent's prose and not part of it. */
export function digestOf(agentId: string, action: RequestApproval['action']): string {
  const { tool, arguments: args = {}, environment = null } = action
  return `sha256:${sha256Hex(canonicalJson({ agent: agentId, tool, arguments: args, environment }))}`
}
