// Declares the operations of deliveries: what each takes, who may, and how it answers.

import { z } from 'zod'
import { SEVERITIES } from '../../events/severity.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { pageOf, time } from '../answers.ts'
import { eventType, instant, pageQuery, text } from '../input.ts'
import type { Operation } from '../operation.ts'

const tag = 'Deliveries'
const roles = ['admin'] as const
const COLLECTION = '/v1/deliveries'
const unknownId = { 404: ['not_found'] } as const
const STATES = ['pending', 'delivered', 'skipped', 'dead'] as const

const recipient = z
  .object({
    kind: z.enum(['person', 'account', 'requester']),
    person_id: z.string().nullable(),
    account: z
      .object({ platform: z.string(), tenant: z.string(), user_id: z.string() })
      .meta({ id: 'RecipientAccount' })
      .nullable(),
  })
  .meta({ id: 'DeliveryRecipient' })

const deliveryFields = z.object({
  id: z.string(),
  destination_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  severity: z.enum(SEVERITIES),
  approval_id: z.string().nullable(),
  recipient: recipient.nullable().describe('Who alone is told; null: all who are there'),
  state: z.enum(STATES).describe('skipped: there was nothing left to show; dead: given up'),
  attempts: z.int(),
  next_attempt_at: time.nullable().describe('null: it has ended'),
  last_error: z.string().nullable(),
  created_at: time,
  finished_at: time.nullable(),
})

export const delivery = deliveryFields.meta({ id: 'Delivery' })

const attempt = z
  .object({
    at: time,
    took_ms: z.int(),
    code: z.string().nullable().describe('null: it succeeded'),
    excerpt: z.string().nullable().describe('What a chat platform said beside its code'),
  })
  .meta({ id: 'Attempt' })

const loggedDelivery = deliveryFields.extend({ log: z.array(attempt) }).meta({ id: 'LoggedDelivery' })

const filters = {
  destination: text(100).optional(),
  event_type: eventType.optional(),
  created_from: instant.optional(),
  created_before: instant.optional(),
}

const replay = z
  .strictObject({ state: inAnyCase(z.enum(['delivered', 'skipped', 'dead'])).default('dead'), ...filters })
  .meta({ id: 'Replay' })

const replayed = z.object({ replayed: z.int() }).meta({ id: 'Replayed' })

export const listDeliveries = {
  id: 'listDeliveries',
  tag,
  method: 'get',
  path: COLLECTION,
  summary: 'List what was sent and what still waits, the newest first',
  roles,
  query: z.strictObject({ state: inAnyCase(z.enum(STATES)).optional(), ...filters, ...pageQuery('dlv') }),
  answers: { 200: { says: 'A page', body: pageOf(delivery) } },
} as const satisfies Operation

export const readDelivery = {
  id: 'readDelivery',
  tag,
  method: 'get',
  path: `${COLLECTION}/:id`,
  summary: 'Read a delivery with each of its attempts',
  roles,
  answers: { 200: { says: 'As it stands now', body: loggedDelivery } },
  problems: unknownId,
} as const satisfies Operation

export const replayDelivery = {
  id: 'replayDelivery',
  tag,
  method: 'post',
  path: `${COLLECTION}/:id/replay`,
  summary: 'Send a delivery once more, though it has ended',
  roles,
  answers: { 200: { says: 'Due, or it was pending anyway', body: delivery } },
  problems: unknownId,
} as const satisfies Operation

export const replayDeliveries = {
  id: 'replayDeliveries',
  tag,
  method: 'post',
  path: `${COLLECTION}/replay`,
  summary: 'Send again what was given up, or what else is asked for',
  roles,
  body: replay,
  answers: { 200: { says: 'So many are due', body: replayed } },
} as const satisfies Operation
