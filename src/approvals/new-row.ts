// Makes the row of a new approval, with its digest and what tells it from others.

import type { ApprovalRow } from '../../db/schema.ts'
import { canonicalAction } from '../../packages/client/src/action.ts'
import { sha256Hex } from '../kit/canonical-json.ts'
import { newId } from '../kit/ids.ts'
import { GRANT_SECONDS } from '../policy/policy.ts'
import type { RequestApproval } from './desk.ts'

/** The row of an approval as it is asked, before any policy. */
export function rowOf(command: RequestApproval, now: number): ApprovalRow {
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
    // No agent waits to run a test.
    grant_seconds: command.testOf === undefined ? GRANT_SECONDS.usual : 0,
    grant_ends_at: null,
    redeemed_at: null,
    revoked_at: null,
    revoked_because: null,
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
export function digestOf(agentId: string, action: Omit<RequestApproval['action'], 'summary'>): string {
  return `sha256:${sha256Hex(canonicalAction(agentId, action))}`
}
