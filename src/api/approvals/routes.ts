// Serves approvals over HTTP: agents ask and wait, and reviewers decide.

import type { Response } from 'express'
import type { ApprovalDesk } from '../../approvals/desk.ts'
import type { Queries } from '../../approvals/queries.ts'
import { refused } from '../../approvals/refusals.ts'
import type { KeyPrincipal } from '../../identity/principal.ts'
import { newId } from '../../kit/ids.ts'
import { sendProblem } from '../../kit/problem.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { sendRefusal } from '../errors.ts'
import { keyedBy } from '../idempotency.ts'
import * as operations from './operations.ts'
import { requestOf } from './schemas.ts'

export interface ApprovalRoutesOptions {
  desk: ApprovalDesk
  queries: Queries
  /** Aborted when the server stops: who waits is answered with what is known then. */
  stopping: AbortSignal
}

export function approvalEndpoints(options: ApprovalRoutesOptions): Endpoint[] {
  return [
    endpoint(operations.requestApproval, (asked, res) => requestApproval(options, asked, res)),
    endpoint(operations.listApprovals, (asked, res) => listApprovals(options, asked, res)),
    endpoint(operations.readApproval, (asked, res) => readApproval(options, asked, res)),
    endpoint(operations.decideApproval, (asked, res) => decideApproval(options, asked, res)),
    endpoint(operations.withdrawApproval, (asked, res) => withdrawApproval(options, asked, res)),
  ]
}

async function requestApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, body, headers }: Asked<typeof operations.requestApproval>,
  res: Response,
) {
  if (caller.agentId !== undefined && caller.agentId !== body.agent.id) {
    const detail = `This API key speaks for the agent ${caller.agentId} only`
    return sendProblem(res, { status: 403, code: 'agent_mismatch', detail })
  }
  const key = headers['Idempotency-Key']
  const outcome = await desk.request({
    ...requestOf(body),
    ownerKeyId: caller.id,
    ownerKeyName: caller.name,
    mostPending: caller.limits.pending_approvals,
    ...(key !== undefined && { idempotencyKey: key }),
  })
  if (!outcome.ok) return sendRefusal(res, outcome.refusal)
  res.status(outcome.value.created ? 201 : 200).json(outcome.value.approval)
}

async function listApprovals(
  { queries }: ApprovalRoutesOptions,
  { caller, query }: Asked<typeof operations.listApprovals>,
  res: Response,
) {
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
  res.json({ data: approvals, next_cursor: next })
}

async function readApproval(
  { queries, stopping }: ApprovalRoutesOptions,
  { caller, id, query }: Asked<typeof operations.readApproval>,
  res: Response,
) {
  const gone = new AbortController()
  res.on('close', () => gone.abort())
  const view = await queries.findOnceClosed(id, {
    ...ownerOf(caller),
    waitMs: query.wait_seconds * 1000,
    abort: AbortSignal.any([gone.signal, stopping]),
  })
  if (!view) return sendRefusal(res, refused('approval_not_found').refusal)
  res.json(view)
}

async function decideApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body, headers }: Asked<typeof operations.decideApproval>,
  res: Response,
) {
  const outcome = await desk.decide({
    approvalId: id,
    verdict: body.decision,
    by: caller,
    interactionId: newId('press'),
    ...keyedBy(caller, headers),
    ...(body.note !== undefined && { note: body.note }),
  })
  if (!outcome.ok) return sendRefusal(res, outcome.refusal)
  res.json(outcome.value)
}

async function withdrawApproval(
  { desk }: ApprovalRoutesOptions,
  { caller, id, body, headers }: Asked<typeof operations.withdrawApproval>,
  res: Response,
) {
  const outcome = await desk.withdraw({
    approvalId: id,
    ...(!caller.roles.has('admin') && { ownerKeyId: caller.id }),
    ...keyedBy(caller, headers),
    ...(body.reason !== undefined && { reason: body.reason }),
  })
  if (!outcome.ok) return sendRefusal(res, outcome.refusal)
  res.json(outcome.value)
}

/** An agent sees only what its own key asked for; reviewers, auditors and admins see all. */
function ownerOf({ id, roles }: KeyPrincipal): { ownerKeyId?: string } {
  return roles.has('reviewer') || roles.has('auditor') ? {} : { ownerKeyId: id }
}
