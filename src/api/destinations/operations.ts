// Declares the operations of destinations: what each takes, who may, and how it answers.

import { z } from 'zod'
import { SEVERITIES } from '../../events/severity.ts'
import type { PlatformKind } from '../../platforms/platform.ts'
import { pageOf, time } from '../answers.ts'
import { approval } from '../approvals/answers.ts'
import { event } from '../events/operations.ts'
import type { Operation } from '../operation.ts'
import { changedDestination, destinationTest, newDestination } from './schemas.ts'
import { settings } from './settings.ts'

const tag = 'Notifications'
const roles = ['admin'] as const
const COLLECTION = '/v1/settings/notifications'
const ONE = `${COLLECTION}/:id` as const
const unknownId = { 404: ['not_found'] } as const

export const destination = z
  .object({
    id: z.string(),
    channel_type: z.string(),
    name: z.string(),
    config: z
      .record(z.string(), z.unknown())
      .describe('In the place of a secret "set", except of one that was made just now'),
    events: z.array(z.string()).nullable().describe('null: all'),
    min_severity: z.enum(SEVERITIES),
    tools: z.array(z.string()).nullable().describe('null: all'),
    agents: z.array(z.string()).nullable().describe('null: all'),
    settings,
    retry_policy: z
      .enum(['prompt', 'patient'])
      .nullable()
      .describe('null: the usual one of the channel_type'),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable().describe('Why it was switched off, in its own code'),
    misconfigured: z
      .string()
      .nullable()
      .describe('By which code its provider says that a setting is wrong, until a send succeeds'),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Destination' })

const conversation = z
  .object({
    channel_type: z.string(),
    conversation_id: z.string(),
    name: z.string(),
    kind: z.string().describe("The platform's own word"),
    added_at: time,
  })
  .meta({ id: 'Conversation' })

export const listDestinations = {
  id: 'listDestinations',
  tag,
  method: 'get',
  path: COLLECTION,
  summary: 'List destinations, never their secrets',
  roles,
  answers: { 200: { says: 'All of them', body: pageOf(destination) } },
} as const satisfies Operation

export function createDestination(kinds: PlatformKind[]) {
  return {
    id: 'createDestination',
    tag,
    method: 'post',
    path: COLLECTION,
    summary: 'Configure a place that hears events',
    roles,
    body: newDestination(kinds),
    answers: { 201: { says: 'It hears from now on', body: destination } },
  } as const satisfies Operation
}

export const readDestination = {
  id: 'readDestination',
  tag,
  method: 'get',
  path: ONE,
  summary: 'Read a destination, never its secrets',
  roles,
  answers: { 200: { says: 'As it is configured', body: destination } },
  problems: unknownId,
} as const satisfies Operation

export function changeDestinations(kinds: PlatformKind[]) {
  const change = {
    tag,
    path: ONE,
    summary:
      'Change what is given; what is left out stays, and so does a secret given as "set"; null removes a field of config',
    roles,
    body: changedDestination(kinds),
    answers: { 200: { says: 'As it is configured from now on', body: destination } },
    problems: unknownId,
  } as const
  return [
    { ...change, id: 'replaceDestination', method: 'put' },
    { ...change, id: 'changeDestination', method: 'patch' },
  ] as const satisfies Operation[]
}

export const deleteDestination = {
  id: 'deleteDestination',
  tag,
  method: 'delete',
  path: ONE,
  summary: 'Delete a destination; its open cards are still redrawn',
  roles,
  answers: { 204: { says: 'It hears nothing new' } },
  problems: unknownId,
} as const satisfies Operation

const testedApproval = approval
  .extend({
    notice: z
      .string()
      .optional()
      .describe('Where another type was asked for: it is shown on the card of a pending approval'),
  })
  .meta({ id: 'TestedApproval' })

export const testDestination = {
  id: 'testDestination',
  tag,
  method: 'post',
  path: `${ONE}/test`,
  summary:
    'Send a sample card with working buttons, or an alert of the given type, and wait for what is said',
  roles,
  body: destinationTest,
  bodyIsOptional: true,
  answers: { 201: { says: 'It arrived', body: z.union([testedApproval, event]) } },
  problems: { ...unknownId, 409: ['destination_disabled'], 502: ['test_failed'] },
} as const satisfies Operation

export const listConversations = {
  id: 'listConversations',
  tag,
  method: 'get',
  path: '/v1/settings/conversations',
  summary: 'List where the bots were added: what a destination can name',
  roles,
  answers: {
    200: { says: 'The newest first', body: pageOf(conversation) },
  },
} as const satisfies Operation
