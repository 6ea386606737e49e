// Defines what a new API key needs: a name, roles, and for some roles whom it speaks for.

import { z } from 'zod'
import type { LimitChange, WantedKey } from '../../identity/api-keys.ts'
import type { LimitName, Limits } from '../../identity/limits.ts'
import { ROLES } from '../../identity/principal.ts'
import { text } from '../input.ts'

export const newApiKey = z
  .strictObject({
    name: text(100),
    roles: z.array(z.enum(ROLES)).min(1),
    agent_id: text(200).optional(),
    person: z.strictObject({ name: text(100), email: z.email().max(254) }).optional(),
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

/** The key that a valid body asks for. */
export function wantedKey({ agent_id, person, ...rest }: z.infer<typeof newApiKey>): WantedKey {
  return { ...rest, ...(agent_id && { agentId: agent_id }), ...(person && { person }) }
}

const limit = z.int().min(1).max(1_000_000).nullable().optional()

export const changedApiKey = z.strictObject({
  limits: z.strictObject({
    requests_per_minute: limit,
    events_per_minute: limit,
    pending_approvals: limit,
    concurrent_requests: limit,
    waits: limit,
  }),
})

/** The names of the limits over HTTP. */
const NAMES = {
  requestsPerMinute: 'requests_per_minute',
  eventsPerMinute: 'events_per_minute',
  pendingApprovals: 'pending_approvals',
  concurrentRequests: 'concurrent_requests',
  waits: 'waits',
} as const satisfies Record<LimitName, string>

/** What a valid body changes. */
export function limitChange({ limits }: z.infer<typeof changedApiKey>): LimitChange {
  const given = Object.entries(NAMES).map(([name, wire]) => [name, limits[wire]] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

export function wireLimits(limits: Limits) {
  return Object.fromEntries(
    Object.entries(NAMES).map(([name, wire]) => [wire, limits[name as LimitName]]),
  ) as Record<(typeof NAMES)[LimitName], number>
}
