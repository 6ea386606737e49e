// The operations of events: what each takes, who may, and how it answers.

import { z } from 'zod'
import { SEVERITIES } from '../../events/severity.ts'
import { agentSeen, keySeen, pageOf, time } from '../answers.ts'
import { idempotencyHeader } from '../idempotency.ts'
import type { Operation } from '../operation.ts'
import { eventsQuery } from './list-query.ts'
import { newEvents } from './schemas.ts'

const tag = 'Events'

const acknowledgement = z
  .object({ by: z.string(), source: z.string().describe('A platform, `console` or `api`'), at: time })
  .meta({ id: 'Acknowledgement' })

const eventFields = z.object({
  id: z.string(),
  type: z.string(),
  severity: z.enum(SEVERITIES),
  created_at: time,
  environment: z.string().nullable(),
  key: keySeen.nullable().describe('null: Countersign tells it itself'),
  agent: agentSeen.nullable(),
  tool: z.string().nullable(),
  summary: z.string(),
  action: z.string().nullable(),
  approval_id: z.string().nullable(),
  acknowledged: acknowledgement.nullable().describe('Who has seen to it first'),
  test: z
    .literal(true)
    .optional()
    .describe('Only of a test: an admin tries a destination, which alone hears of it'),
  data: z.record(z.string(), z.unknown()),
  url: z.string(),
})

export const event = eventFields.meta({ id: 'Event' })

/** In a list: the data are there with `include=details` only. */
const listedEvent = eventFields
  .extend({ data: eventFields.shape.data.optional() })
  .meta({ id: 'ListedEvent' })

const told = pageOf(event)
  .extend({
    notice: z.string().optional().describe('Where what was told asks nobody: how to ask, as a sentence'),
  })
  .meta({ id: 'ToldEvents' })

export const emitEvents = {
  id: 'emitEvents',
  tag,
  method: 'post',
  path: '/v1/events',
  summary: 'Tell of one event, or of up to 100 as {"events": […]}: all of them or none',
  roles: ['agent'],
  headers: idempotencyHeader,
  body: newEvents,
  answers: {
    201: { says: 'Recorded, and on the way to whoever listens', body: told },
    200: {
      says: 'Recorded before, under the same Idempotency-Key; nobody is told again',
      body: told,
    },
  },
  refusals: ['idempotency_key_reused'],
  problems: { 403: ['agent_mismatch', 'reserved_event_type'], 429: ['too_many_events'] },
} as const satisfies Operation

export const listEvents = {
  id: 'listEvents',
  tag,
  method: 'get',
  path: '/v1/events',
  summary:
    'List events that are not about an approval, the newest first. Their data only with `include=details`',
  roles: ['reviewer', 'auditor'],
  query: eventsQuery,
  answers: {
    200: {
      says: 'A page; with details it ends after at most half a megabyte of them, and the next page goes on',
      body: pageOf(listedEvent),
    },
  },
} as const satisfies Operation

export const readEvent = {
  id: 'readEvent',
  tag,
  method: 'get',
  path: '/v1/events/:id',
  summary: 'Read an event that is not about an approval',
  roles: ['reviewer', 'auditor'],
  answers: { 200: { says: 'All of it', body: event } },
  refusals: ['event_not_found'],
} as const satisfies Operation

export const acknowledgeEvent = {
  id: 'acknowledgeEvent',
  tag,
  method: 'post',
  path: '/v1/events/:id/acknowledge',
  summary: 'See to an alert, as the person whom the key names',
  roles: ['reviewer'],
  headers: idempotencyHeader,
  answers: { 200: { says: 'Recorded, now or before', body: event } },
  refusals: [
    'event_not_found',
    'already_acknowledged',
    'not_a_member',
    'reviewer_disabled',
    'idempotency_key_reused',
  ],
} as const satisfies Operation
