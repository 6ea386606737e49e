// Makes, lists, replaces and revokes API keys for an admin; a key is in one answer and nowhere else.

import type { z } from 'zod'
import type { ApiKeys, KeySummary } from '../../identity/api-keys.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer } from '../result.ts'
import {
  type apiKey,
  changeApiKey,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from './operations.ts'
import { wantedKey } from './schemas.ts'

export function apiKeyEndpoints(apiKeys: ApiKeys): Endpoint[] {
  return [
    endpoint(listApiKeys, async () => {
      const data = (await apiKeys.list()).map(wire)
      return answer(200, { data, next_cursor: null })
    }),

    endpoint(createApiKey, async ({ body, caller }) => {
      const made = await apiKeys.create(wantedKey(body), caller)
      if ('refused' in made) {
        const { code, text } = made.refused
        return { problem: { status: 409, code, detail: text } }
      }
      const { id, key } = made
      return answer(201, { id, name: body.name, roles: body.roles, key })
    }),

    endpoint(changeApiKey, async ({ id, body, caller }) => {
      const changed = await apiKeys.changeLimits(id, body.limits, caller.id)
      if (!changed) return notFound('API key', id)
      return answer(200, wire(changed))
    }),

    endpoint(rotateApiKey, async ({ id, caller }) => {
      const key = await apiKeys.rotate(id, caller.id)
      if (key === undefined) return notFound('API key', id)
      return answer(200, { id, key })
    }),

    endpoint(revokeApiKey, async ({ id, caller }) => {
      if (!(await apiKeys.revoke(id, caller.id))) return notFound('API key', id)
      return answer(204)
    }),
  ]
}

function wire(summary: KeySummary): z.infer<typeof apiKey> {
  return {
    id: summary.id,
    name: summary.name,
    roles: summary.roles,
    agent_id: summary.agentId,
    person_id: summary.personId,
    created_by: summary.createdBy,
    created_at: isoTime(summary.createdAt),
    revoked_at: summary.revokedAt === null ? null : isoTime(summary.revokedAt),
    limits: summary.limits,
  }
}
