// Defines what an agent or a reviewer may send about approvals: the one source of what is valid.

import { z } from 'zod'
import type { Redeem, RequestApproval } from '../../approvals/desk.ts'
import { STATUSES } from '../../approvals/view.ts'
import { riskOf } from '../../events/severity.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { identifier, instant, jsonObject, level, pageQuery, text, whole } from '../input.ts'

const agent = z.strictObject({ id: identifier(200), name: text(200).optional() }).meta({ id: 'NewAgent' })

const action = z
  .strictObject({
    tool: identifier(200),
    summary: text(2000).optional(),
    arguments: jsonObject.optional(),
    environment: identifier(100).optional(),
  })
  .meta({ id: 'NewAction' })

const risk = z
  .strictObject({ score: z.number().min(0).max(1).optional(), level: level.optional() })
  .meta({ id: 'NewRisk' })

const requestedBy = z.strictObject({ email: z.email().max(254) }).meta({ id: 'NewRequestedBy' })

export const newApproval = z
  .strictObject({
    agent,
    action,
    reasons: z.array(text(200)).max(50).default([]),
    risk: risk.default({}),
    requested_by: requestedBy.optional(),
    expires_in_seconds: z.int().min(10).max(604_800).default(3600),
    metadata: jsonObject.default({}),
  })
  .meta({ id: 'NewApproval' })

/** Fills in what an agent may leave out. */
export function requestOf(
  body: z.infer<typeof newApproval>,
): Omit<RequestApproval, 'ownerKeyId' | 'ownerKeyName' | 'idempotencyKey'> {
  const { agent, action, risk } = body
  const score = risk.score ?? null
  return {
    agent: { id: agent.id, name: agent.name ?? agent.id },
    action: { ...action, summary: action.summary ?? action.tool },
    reasons: body.reasons,
    risk: { level: riskOf(risk.level, score), score },
    ...(body.requested_by && { requestedByEmail: body.requested_by.email }),
    expiresInSeconds: body.expires_in_seconds,
    metadata: body.metadata,
  }
}

export const newDecision = z
  .strictObject({ decision: inAnyCase(z.enum(['approve', 'deny'])), note: text(2000).optional() })
  .meta({ id: 'NewDecision' })

export const seen = z
  .strictObject({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be the digest of the approval') })
  .meta({ id: 'Seen' })

/** As it was asked or as an approval shows it: whatever differs is told with where it does. */
export const newRedemption = z
  .strictObject({
    action: z
      .strictObject({
        tool: text(200),
        summary: z.string().optional().describe('Ignored'),
        arguments: jsonObject.optional(),
        environment: text(100).nullish(),
      })
      .meta({ id: 'ActionToRun' }),
  })
  .meta({ id: 'NewRedemption' })

/** What is about to run; the summary is no part of it. */
export function actionOf({ action }: z.infer<typeof newRedemption>): Redeem['action'] {
  const { tool, arguments: args, environment } = action
  return {
    tool,
    ...(args !== undefined && { arguments: args }),
    ...(typeof environment === 'string' && { environment }),
  }
}

export const newWithdrawal = z.strictObject({ reason: text(500).optional() }).meta({ id: 'NewWithdrawal' })

export const listQuery = z.strictObject({
  status: inAnyCase(z.enum(STATUSES)).optional(),
  risk: level.optional(),
  agent: text(200).optional(),
  tool: text(200).optional(),
  created_from: instant.optional(),
  created_before: instant.optional(),
  include: inAnyCase(z.enum(['details'])).optional(),
  ...pageQuery('apr'),
})

export const waitQuery = z.strictObject({ wait_seconds: whole(0, 60, 0) })
