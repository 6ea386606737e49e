// Serves approvals over HTTP: agents ask and wait, and reviewers decide.

import type { ApprovalDesk } from '../../approvals/desk.ts'
import type { Queries } from '../../approvals/queries.ts'
import { refused } from '../../approvals/refusals.ts'
import type { KeyPrincipal } from '../../identity/principal.ts'
import { newId } from '../../kit/ids.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { problemOf } from '../errors.ts'
import { keyedBy } from '../idempotency.ts'
import { answer, type Result } from '../result.ts'
import * as operations from './operations.ts'
import { actionOf, requestOf } from './schemas.ts'

export interface ApprovalRoutesOptions {
  desk: ApprovalDesk
  queries: Queries
  /** Aborted when the server stops: who waits is answered with what is known then. */
  stopping: AbortSignal
}

export function approvalEndpoints(options: ApprovalRoutesOptions): Endpoint[] {
  return [
    endpoint(operations.requestApproval, (asked) => requestApproval(options, asked)),
    endpoint(operations.listApprovals, (asked) => listApprovals(options, asked)),
    endpoint(operations.readApproval, (asked) => readApproval(options, asked)),
    endpoint(operations.decideApproval, (asked) => decideApproval(options, asked)),
    endpoint(operations.seeApproval, (asked) => seeApproval(options, asked)),
    endpoint(operations.redeemApproval, (asked) => redeemApproval(options, asked)),
    endpoint(operations.revokeApproval, (asked) => revokeApproval(options, asked)),
    endpoint(operations.withdrawApproval, (asked) => withdrawApproval(options, asked)),
  ]
}

async function requestApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, body, headers }: Asked<typeof operations.requestApproval>,
): Promise<Result<typeof operations.requestApproval>> {
  if (caller.agentId !== undefined && caller.agentId !== body.agent.id) {
    const detail = `This API key speaks for the agent ${caller.agentId} only`
    return { problem: { status: 403, code: 'agent_mismatch', detail } }
  }
  const key = headers['Idempotency-Key']
  const outcome = await desk.request({
    ...requestOf(body),
    ownerKeyId: caller.id,
    ownerKeyName: caller.name,
    mostPending: caller.limits.pending_approvals,
    ...(key !== undefined && { idempotencyKey: key }),
  })
  if (!outcome.ok) return problemOf(outcome.refusal)
  const { created, approval, answeredBy, receipt } = outcome.value
  return answer(created ? 201 : 200, {
    ...approval,
    ...(answeredBy && { answered_by: answeredBy }),
    ...(receipt !== undefined && { receipt }),
  })
}

async function listApprovals(
  { queries }: ApprovalRoutesOptions,
  { caller, query }: Asked<typeof operations.listApprovals>,
): Promise<Result<typeof operations.listApprovals>> {
  const { status, risk, agent, tool, created_from, created_before, include, limit, cursor } = query
  const filter = {
    status,
    riskLevel: risk,
    agentId: agent,
    tool,
    createdFrom: created_from,
    createdBefore: created_before,
    after: cursor,
    ...ownerOf(caller),
  }
  const { approvals, next = null } =
    include === 'details' ? await queries.listWhole(filter, limit) : await queries.list(filter, limit)
  return answer(200, { data: approvals, next_cursor: next })
}

async function readApproval(
  { queries, stopping }: ApprovalRoutesOptions,
  { caller, id, query, gone }: Asked<typeof operations.readApproval>,
): Promise<Result<typeof operations.readApproval>> {
  const view = await queries.findOnceClosed(id, {
    ...ownerOf(caller),
    waitMs: query.wait_seconds * 1000,
    abort: AbortSignal.any([gone, stopping]),
  })
  if (!view) return problemOf(refused('approval_not_found').refusal, id)
  return answer(200, view)
}

async function decideApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body, headers }: Asked<typeof operations.decideApproval>,
): Promise<Result<typeof operations.decideApproval>> {
  const outcome = await desk.decide({
    approvalId: id,
    verdict: body.decision,
    by: caller,
    interactionId: newId('press'),
    ...keyedBy(caller, headers),
    ...(body.note !== undefined && { note: body.note }),
  })
  if (!outcome.ok) return problemOf(outcome.refusal, id)
  return answer(200, outcome.value)
}

async function seeApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body }: Asked<typeof operations.seeApproval>,
): Promise<Result<typeof operations.seeApproval>> {
  const { digest } = body
  const outcome = await desk.open({ approvalId: id, by: caller, digest, isLast: () => true })
  return outcome.ok ? answer(200, outcome.value) : problemOf(outcome.refusal, id)
}

async function redeemApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body, headers }: Asked<typeof operations.redeemApproval>,
): Promise<Result<typeof operations.redeemApproval>> {
  const outcome = await desk.redeem({
    approvalId: id,
    ownerKeyId: caller.id,
    idempotencyKey: headers['Idempotency-Key'],
    action: actionOf(body),
  })
  if (!outcome.ok) return problemOf(outcome.refusal, id)
  return answer(200, outcome.value)
}

async function revokeApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body, headers }: Asked<typeof operations.revokeApproval>,
): Promise<Result<typeof operations.revokeApproval>> {
  const outcome = await desk.revoke({
    approvalId: id,
    by: caller,
    ...keyedBy(caller, headers),
    ...(body.reason !== undefined && { reason: body.reason }),
  })
  if (!outcome.ok) return problemOf(outcome.refusal, id)
  return answer(200, outcome.value)
}

async function withdrawApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body, headers }: Asked<typeof operations.withdrawApproval>,
): Promise<Result<typeof operations.withdrawApproval>> {
  const outcome = await desk.withdraw({
    approvalId: id,
    ...(!caller.roles.has('admin') && { ownerKeyId: caller.id }),
    ...keyedBy(caller, headers),
    ...(body.reason !== undefined && { reason: body.reason }),
  })
  if (!outcome.ok) return problemOf(outcome.refusal, id)
  return answer(200, outcome.value)
}

/** An agent sees only what its own key asked for; reviewers, auditors and admins see all. */
function ownerOf({ id, roles }: KeyPrincipal): { ownerKeyId?: string } {
  return roles.has('reviewer') || roles.has('auditor') ? {} : { ownerKeyId: id }
}
