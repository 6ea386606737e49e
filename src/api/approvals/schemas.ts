// What may an agent or a reviewer send? The one source of what is valid.

import { z } from 'zod'
import type { RequestApproval } from '../../approvals/desk.ts'
import { STATUSES } from '../../approvals/view.ts'
import { levelOfScore, SEVERITIES, type Severity } from '../../events/severity.ts'
import { isId } from '../../kit/ids.ts'
import { wholeNumber } from '../../kit/whole-number.ts'
import { text } from '../input.ts'

const LEVEL_ALIASES: Record<string, Severity> = { warning: 'medium', 'medium-high': 'medium' }

/** A level of the shared scale; the aliases of other products' vocabularies are read as medium. */
export const level = z
  .enum([...SEVERITIES, ...Object.keys(LEVEL_ALIASES)])
  .transform((value) => LEVEL_ALIASES[value] ?? (value as Severity))

/** Kept key for key: `z.record` would drop a `__proto__`, and the reviewer would not see what runs. */
const jsonObject = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object',
  )
  .meta({ type: 'object' })

export const newApproval = z.strictObject({
  agent: z.strictObject({ id: text(200), name: text(200).optional() }),
  action: z.strictObject({
    tool: text(200),
    summary: text(2000).optional(),
    arguments: jsonObject.optional(),
    environment: text(100).optional(),
  }),
  reasons: z.array(text(200)).max(50).default([]),
  risk: z.strictObject({ score: z.number().min(0).max(1).optional(), level: level.optional() }).default({}),
  requested_by: z.strictObject({ email: z.email().max(254) }).optional(),
  expires_in_seconds: z.int().min(10).max(604_800).default(3600),
  metadata: jsonObject.default({}),
})

/** Fills in what the design lets an agent leave out. */
export function requestOf(
  body: z.infer<typeof newApproval>,
): Omit<RequestApproval, 'ownerKeyId' | 'idempotencyKey'> {
  const { agent, action, risk } = body
  const score = risk.score ?? null
  return {
    agent: { id: agent.id, name: agent.name ?? agent.id },
    action: { ...action, summary: action.summary ?? action.tool },
    reasons: body.reasons,
    risk: { level: risk.level ?? (score === null ? 'medium' : levelOfScore(score)), score },
    ...(body.requested_by && { requestedByEmail: body.requested_by.email }),
    expiresInSeconds: body.expires_in_seconds,
    metadata: body.metadata,
  }
}

export const newDecision = z.strictObject({
  decision: z.enum(['approve', 'deny']),
  note: text(2000).optional(),
})

export const newWithdrawal = z.strictObject({ reason: text(500).optional() })

/** A whole number as a query carries it. */
function whole(from: number, to: number, absent: number) {
  return wholeNumber(from, to)
    .meta({ type: 'integer', minimum: from, maximum: to, default: absent })
    .default(absent)
}

const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-21T09:30:00Z' })
  .transform((time) => Date.parse(time))

export const listQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  risk: level.optional(),
  agent: text(200).optional(),
  tool: text(200).optional(),
  created_from: instant.optional(),
  created_before: instant.optional(),
  limit: whole(1, 200, 50),
  cursor: z
    .string()
    .refine((cursor) => isId(cursor, 'apr'), 'must be the next_cursor of an earlier page')
    .optional(),
})

export const waitQuery = z.strictObject({ wait_seconds: whole(0, 60, 0) })

/** https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header */
export const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional(),
})
