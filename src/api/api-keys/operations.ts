// Declares the operations of API keys: what each takes, who may, and how it answers.

import { z } from 'zod'
import { ROLES } from '../../identity/principal.ts'
import { pageOf, time } from '../answers.ts'
import type { Operation } from '../operation.ts'
import { changedApiKey, eachLimit, newApiKey } from './schemas.ts'

const tag = 'API keys'

const apiKeyFields = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  agent_id: z.string().nullable().describe('The one agent that the key speaks for; null: any'),
  person_id: z.string().nullable().describe('Whose vote the key casts'),
  created_by: z
    .string()
    .nullable()
    .describe('The API key that made it; null: the command line, the first start, or before this was kept'),
  created_at: time,
  revoked_at: time.nullable(),
  limits: z.object(eachLimit(z.int())).meta({ id: 'Limits', description: 'Those that it has now' }),
})

export const apiKey = apiKeyFields.meta({ id: 'ApiKey' })

const shownOnce = z.string().describe('Shown in this answer and nowhere else')

const createdApiKey = apiKeyFields
  .pick({ id: true, name: true, roles: true })
  .extend({ key: shownOnce })
  .meta({ id: 'CreatedApiKey' })

const rotatedApiKey = apiKeyFields.pick({ id: true }).extend({ key: shownOnce }).meta({ id: 'RotatedApiKey' })

export const listApiKeys = {
  id: 'listApiKeys',
  tag,
  method: 'get',
  path: '/v1/api-keys',
  summary: 'List API keys, revoked ones too, never the keys themselves',
  roles: ['admin'],
  answers: { 200: { says: 'All of them', body: pageOf(apiKey) } },
} as const satisfies Operation

export const createApiKey = {
  id: 'createApiKey',
  tag,
  method: 'post',
  path: '/v1/api-keys',
  summary: 'Make an API key',
  roles: ['admin'],
  body: newApiKey,
  answers: {
    201: { says: 'The key works from now on', body: createdApiKey },
  },
  problems: { 409: ['person_exists', 'person_disabled'] },
} as const satisfies Operation

export const changeApiKey = {
  id: 'changeApiKey',
  tag,
  method: 'patch',
  path: '/v1/api-keys/:id',
  summary: 'Give an API key limits of its own, or with null the usual ones again',
  roles: ['admin'],
  body: changedApiKey,
  answers: { 200: { says: 'The key as it is now', body: apiKey } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation

export const rotateApiKey = {
  id: 'rotateApiKey',
  tag,
  method: 'post',
  path: '/v1/api-keys/:id/rotate',
  summary: "Put another key in the old one's place, which works no more",
  roles: ['admin'],
  answers: { 200: { says: 'The new key', body: rotatedApiKey } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation

export const revokeApiKey = {
  id: 'revokeApiKey',
  tag,
  method: 'delete',
  path: '/v1/api-keys/:id',
  summary: 'Take an API key away',
  roles: ['admin'],
  answers: { 204: { says: 'It works no more' } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation
