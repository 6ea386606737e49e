// Defines the shape of an approval over HTTP, which the document promises and the desk keeps.

import { z } from 'zod'
import { type ApprovalSummary, type ApprovalView, STATUSES } from '../../approvals/view.ts'
import { SEVERITIES } from '../../events/severity.ts'
import { GRANT_STATES } from '../../grants/grant.ts'
import { agentSeen, keySeen, time } from '../answers.ts'

const receipt = z.string().describe('Compact JWS, for whoever runs the tool')

const json = z.record(z.string(), z.unknown())

const reviewer = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable().describe('null: nobody told one'),
  })
  .meta({ id: 'Reviewer', description: 'As they were known when they voted' })

const decision = z
  .object({
    verdict: z.enum(['approve', 'deny']),
    reviewer,
    source: z.string().describe('The surface that the vote came from: a platform, `console` or `api`'),
    note: z.string().nullable(),
    decided_at: time,
  })
  .meta({ id: 'Decision' })

const approver = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Approver' })

const progress = z
  .object({
    requirement: z
      .string()
      .describe('The group whose members must approve; `reviewers`: anybody who may review'),
    approved: z.array(approver).describe('Each person once in all requirements'),
    missing: z.int().min(0).describe('So many more must approve'),
  })
  .meta({ id: 'Progress' })

const policySeen = z
  .object({
    version: z.int(),
    rule: z.string().nullable().describe('The rule that applied; null: none did'),
    because: z
      .array(z.string())
      .describe('Why it applied, or the risk was raised, although something could not be told, in sentences'),
  })
  .meta({ id: 'PolicySeen', description: 'The policy that was in force when it was asked' })

const verdict = z.enum(['approve', 'deny'])

const review = z
  .object({
    note_required: z.array(verdict).describe('A vote of these kinds needs a note'),
    details_must_be_opened: z.boolean().describe('Whoever approves must have opened all of it'),
    escalation: z
      .object({
        to: z.string().describe('The group that is asked too'),
        at: time,
        done: z.boolean().describe('Its members are asked; false: they will be then'),
      })
      .meta({ id: 'Escalation' })
      .nullable(),
    added: z
      .array(z.object({ name: z.string(), group: z.string(), at: time }).meta({ id: 'AddedReviewer' }))
      .describe('Who became a member of a group that is asked, since it was asked'),
  })
  .meta({ id: 'Review' })

const answeredBy = z
  .object({ kind: z.literal('policy'), rule: z.string().nullable() })
  .meta({ id: 'AnsweredBy' })

const grant = z
  .object({
    state: z.enum(GRANT_STATES).describe('`live`: it may run, once it is redeemed; `ended`: its time passed'),
    expires_at: time,
    redeemed_at: time.nullable(),
    receipt_expires_at: time.nullable(),
    revoked_at: time.nullable(),
    reason: z.string().nullable().describe('By whom it was revoked and why, in words'),
  })
  .meta({ id: 'Grant', description: 'What a yes leaves behind: the same action may run once' })

const unreachedReason = z
  .object({
    destination: z.string().nullable().describe('The name of a destination; null: there is none'),
    reason: z.string().describe('The code of the platform, or `waiting`, `disabled`, `no_destination`'),
  })
  .meta({ id: 'UnreachedReason' })

const action = z.object({
  tool: z.string(),
  summary: z.string(),
  arguments: json,
  environment: z.string().nullable(),
})

const approvalFields = z.object({
  id: z.string(),
  status: z.enum(STATUSES),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  url: z.url(),
  key: keySeen,
  agent: agentSeen,
  action: action.meta({ id: 'Action' }),
  reasons: z.array(z.string()),
  risk: z.object({ level: z.enum(SEVERITIES), score: z.number().nullable() }).meta({ id: 'Risk' }),
  requested_by: z.object({ email: z.string() }).meta({ id: 'RequestedBy' }).nullable(),
  metadata: json,
  created_at: time,
  expires_at: time,
  closed_at: time.nullable(),
  decisions: z.array(decision).describe('Every vote, also while others are awaited'),
  progress: z.array(progress).describe('One for each requirement; empty where the policy answered'),
  policy: policySeen.nullable().describe('null: there was none'),
  review,
  answered_by: answeredBy.nullable().describe('Who answered where no person did'),
  review_notes: z.string().nullable().describe('The closing in words'),
  grant: grant.nullable().describe('null: not approved, or the rule leaves no grant'),
  reached: z
    .boolean()
    .describe('false: in time, no destination where people see cards has taken it; closed, as it was then'),
  unreached_reasons: z
    .array(unreachedReason)
    .describe('Where `reached` is false: what became of the card at each destination'),
  test: z.boolean().describe('An admin tries a destination; left out of statistics'),
})

export const approval = approvalFields.meta({ id: 'Approval' }) satisfies z.ZodType<ApprovalView>

/** What an agent that asks is told: also out of the grant that an earlier yes left. */
export const askedApproval = approvalFields
  .extend({
    answered_by: z
      .union([
        answeredBy,
        z
          .object({
            kind: z.literal('grant'),
            code: z.literal('RECENT_APPROVAL_GRANT'),
            approval_id: z.string(),
          })
          .meta({ id: 'AnsweredByGrant', description: 'People approved the same a moment ago' }),
      ])
      .nullable(),
    receipt: receipt.optional().describe('Where its grant was redeemed, until `grant.receipt_expires_at`'),
  })
  .meta({ id: 'AskedApproval' })

export const redemption = z.object({ receipt, approval }).meta({ id: 'Redemption' })

/** In a list: arguments and metadata are there with `include=details` only. */
export const listedApproval = approvalFields
  .extend({
    action: action.extend({ arguments: json.optional() }).meta({ id: 'ListedAction' }),
    metadata: json.optional(),
  })
  .meta({ id: 'ListedApproval' }) satisfies z.ZodType<ApprovalSummary>
