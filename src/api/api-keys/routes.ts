// Makes, lists, replaces and revokes API keys for an admin; a key is in one answer and nowhere else.

import type { z } from 'zod'
import type { ApiKeys, KeySummary } from '../../identity/api-keys.ts'
import { isoTime } from '../../kit/clock.ts'
import { sendProblem } from '../../kit/problem.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound } from '../errors.ts'
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
    endpoint(listApiKeys, async (_asked, res) => {
      res.json({ data: (await apiKeys.list()).map(wire), next_cursor: null })
    }),

    endpoint(createApiKey, async ({ body, caller }, res) => {
      const made = await apiKeys.create(wantedKey(body), caller)
      if ('refused' in made) {
        const { code, text } = made.refused
        return sendProblem(res, { status: 409, code, detail: text })
      }
      const { id, key } = made
      res.status(201).json({ id, name: body.name, roles: body.roles, key })
    }),

    endpoint(changeApiKey, async ({ id, body, caller }, res) => {
      const changed = await apiKeys.changeLimits(id, body.limits, caller.id)
      if (!changed) return sendNotFound(res)
      res.json(wire(changed))
    }),

    endpoint(rotateApiKey, async ({ id, caller }, res) => {
      const key = await apiKeys.rotate(id, caller.id)
      if (key === undefined) return sendNotFound(res)
      res.json({ id, key })
    }),

    endpoint(revokeApiKey, async ({ id, caller }, res) => {
      if (!(await apiKeys.revoke(id, caller.id))) return sendNotFound(res)
      res.status(204).end()
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
