// Defines the shapes in which the policy is told over HTTP: its versions, and what it says of a request.

import { z } from 'zod'
import { STATUSES } from '../../approvals/view.ts'
import { SEVERITIES } from '../../events/severity.ts'
import { REQUIRED, TOLD } from '../../policy/policy.ts'
import { time } from '../answers.ts'

const effect = z.enum(['allow', 'deny', 'ask'])

export const policyVersion = z
  .object({
    version: z.int().min(1).describe('Its ETag is this number in quotation marks'),
    media_type: z.string().describe('As it was sent'),
    created_at: time,
    created_by: z.string().describe('The API key'),
  })
  .meta({ id: 'PolicyVersion' })

export const checkedPolicy = z
  .object({
    rules: z.int().min(0).describe('How many it has'),
    version_in_force: z
      .int()
      .min(1)
      .nullable()
      .describe('The one that it would replace; null: there is none'),
  })
  .meta({ id: 'CheckedPolicy' })

const member = z.object({ id: z.string(), name: z.string() }).meta({ id: 'GroupMember' })

const askedGroup = z
  .object({
    group: z.string(),
    kind: z
      .enum(['reviewers', 'people', 'destination', 'external'])
      .nullable()
      .describe('`reviewers`: whoever may review without a policy; null: there is no such group now'),
    members: z.array(member).nullable().describe('Who could decide now; null: nobody lists them'),
    size: z.int().nullable().describe('How many they are; null: nobody knows'),
    destination_id: z.string().nullable().describe('Whoever may press there; or the one to ask for them'),
    asked_at: time.nullable().describe('Of an external group: when its platform was asked last'),
    answered_at: time.nullable().describe('And when it answered last'),
  })
  .meta({ id: 'AskedGroup' })

const requirement = z
  .object({ approvals: z.int().min(1).describe('So many different people'), of: askedGroup })
  .meta({ id: 'Requirement' })

const asks = z
  .object({
    requirements: z.array(requirement),
    expires_in_seconds: z.int().nullable().describe('The most that an agent may ask; null: as ever'),
    note_required: z.array(z.enum(['approve', 'deny'])),
    details_must_be_opened: z.boolean(),
    escalate: z.object({ after_seconds: z.int(), to: askedGroup }).meta({ id: 'AskedEscalation' }).nullable(),
    destinations: z
      .array(z.string())
      .nullable()
      .describe('Cards go to these alone; null: as their filters say'),
    require: z.array(z.enum(REQUIRED)),
    tell: z.array(z.enum(TOLD)),
  })
  .meta({ id: 'Asks' })

const ruleTrace = z
  .object({
    rule: z.string(),
    shadow: z.boolean(),
    would: effect,
    outcome: z.enum(['applied', 'noted', 'did_not_fit', 'not_reached']),
    why: z.string(),
  })
  .meta({ id: 'RuleTrace' })

const note = z.object({ rule: z.string(), would: effect }).meta({ id: 'ShadowNote' })

export const explanation = z
  .object({
    version: z
      .int()
      .min(1)
      .nullable()
      .describe('Which version was asked; null: the given text, or none is in force'),
    effect,
    rule: z.string().nullable().describe('Which rule applied; null: none, and the default does'),
    text: z.string().nullable().describe('What the agent is told of a deny'),
    because: z
      .array(z.string())
      .describe('What cannot be told of the request, so that the rule applied or the risk was raised'),
    risk: z
      .object({ given: z.enum(SEVERITIES), level: z.enum(SEVERITIES).describe('After the floors') })
      .meta({ id: 'RaisedRisk' }),
    grant_seconds: z.int().min(0).describe('So long its yes may be used, once; 0: not at all'),
    asks: asks.nullable().describe('Of people and of the agent; null: nobody is asked'),
    rules: z.array(ruleTrace).describe('All of them, in their order'),
  })
  .meta({ id: 'Explanation' })

const shadowCount = z
  .object({
    rule: z.string(),
    would: effect,
    approvals: z.int(),
    statuses: z
      .object(Object.fromEntries(STATUSES.map((status) => [status, z.int()])) as Record<string, z.ZodInt>)
      .meta({ id: 'StatusCounts' })
      .describe('What became of them'),
  })
  .meta({ id: 'ShadowCount' })

const shadowedApproval = z
  .object({
    id: z.string(),
    created_at: time,
    agent_id: z.string(),
    tool: z.string(),
    status: z.enum(STATUSES),
    shadows: z.array(note),
  })
  .meta({ id: 'ShadowedApproval' })

export const shadowed = z
  .object({
    counts: z.array(shadowCount).describe('The most frequent first'),
    approvals: z.array(shadowedApproval).describe('The newest of them, 50 at most'),
    complete: z.boolean().describe('false: there are more than the 10,000 that were counted'),
  })
  .meta({ id: 'Shadowed' })
