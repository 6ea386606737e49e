// Defines what a new API key needs: a name, roles, and for some roles whom it speaks for.

import { z } from 'zod'
import type { WantedKey } from '../../identity/api-keys.ts'
import type { LimitName } from '../../identity/limits.ts'
import { ROLES } from '../../identity/principal.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { identifier, text } from '../input.ts'

const keyHolder = z.strictObject({ name: text(100), email: z.email().max(254) }).meta({ id: 'KeyHolder' })

export const newApiKey = z
  .strictObject({
    name: text(100),
    roles: z
      .array(inAnyCase(z.enum(ROLES)))
      .min(1)
      .max(100),
    agent_id: identifier(200).optional(),
    person: keyHolder.optional(),
  })
  .refine(({ roles, person }) => !roles.includes('reviewer') || person, {
    path: ['person'],
    message: 'A reviewer key names the person whose vote it casts',
  })
  .refine(({ roles, person }) => roles.includes('reviewer') || !person, {
    path: ['person'],
    message: 'Only a reviewer key names a person',
  })
  .refine(({ roles, agent_id }) => roles.includes('agent') || agent_id === undefined, {
    path: ['agent_id'],
    message: 'Only an agent key is bound to an agent',
  })
  .meta({ id: 'NewApiKey' })

/** The key that a valid body asks for. */
export function wantedKey({ agent_id, person, ...rest }: z.infer<typeof newApiKey>): WantedKey {
  return { ...rest, ...(agent_id && { agentId: agent_id }), ...(person && { person }) }
}

/** One schema for each limit. */
export function eachLimit<Schema extends z.ZodType>(schema: Schema): Record<LimitName, Schema> {
  return {
    requests_per_minute: schema,
    events_per_minute: schema,
    pending_approvals: schema,
    concurrent_requests: schema,
    waits: schema,
  }
}

const changedLimits = z
  .strictObject(eachLimit(z.int().min(1).max(1_000_000).nullable().optional()))
  .meta({ id: 'LimitsChange' })

export const changedApiKey = z.strictObject({ limits: changedLimits }).meta({ id: 'ApiKeyChange' })
