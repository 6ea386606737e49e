// How are API keys made, listed, replaced and taken away? By an admin; a key is in one answer and nowhere else.

import type { z } from 'zod'
import type { Keyring, KeySummary } from '../../identity/api-keys.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound } from '../errors.ts'
import { type apiKey, createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from './operations.ts'
import { wantedKey } from './schemas.ts'

export function apiKeyEndpoints(keyring: Keyring): Endpoint[] {
  return [
    endpoint(listApiKeys, async (_asked, res) => {
      res.json({ data: (await keyring.list()).map(wire), next_cursor: null })
    }),

    endpoint(createApiKey, async ({ body, caller }, res) => {
      const { id, key } = await keyring.create(wantedKey(body), caller.keyId)
      res.status(201).json({ id, name: body.name, roles: body.roles, key })
    }),

    endpoint(rotateApiKey, async ({ id, caller }, res) => {
      const key = await keyring.rotate(id, caller.keyId)
      if (key === undefined) return sendNotFound(res)
      res.json({ id, key })
    }),

    endpoint(revokeApiKey, async ({ id, caller }, res) => {
      if (!(await keyring.revoke(id, caller.keyId))) return sendNotFound(res)
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
    created_at: isoTime(summary.createdAt),
    revoked_at: summary.revokedAt === null ? null : isoTime(summary.revokedAt),
  }
}
