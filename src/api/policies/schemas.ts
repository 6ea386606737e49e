// Says what an admin may send about the policy.

import { z } from 'zod'
import { isId } from '../../kit/ids.ts'
import { wholeNumber } from '../../kit/whole-number.ts'
import { newApproval } from '../approvals/schemas.ts'
import { text, whole } from '../input.ts'

/** https://www.rfc-editor.org/rfc/rfc9512: the first is the registered one, the others are what older tools send. */
export const POLICY_TYPES = [
  'application/yaml',
  'application/json',
  'text/yaml',
  'application/x-yaml',
] as const

const MOST_DAYS = 90

/** Of the version that was read, as its `ETag` says it. */
export const ifMatch = z.object({
  'If-Match': z
    .string()
    .regex(
      /^"\d{1,9}"$/,
      'must be the ETag of the version that you read, such as "3"; "0" where there is none',
    )
    .optional(),
})

export const explainQuestion = z
  .strictObject({
    policy: text(65_536).optional().describe('A text to ask in the place of what is in force, or was'),
    request: newApproval.optional().describe('As POST /v1/approvals takes it; nothing is asked of anybody'),
    approval_id: z
      .string()
      .refine((id) => isId(id, 'apr'), 'must be the id of an approval')
      .optional(),
    last_days: z.int().min(1).max(MOST_DAYS).optional().describe('Lists what shadow rules would have done'),
  })
  .refine(
    ({ request, approval_id, last_days }) =>
      [request, approval_id, last_days].filter((one) => one !== undefined).length === 1,
    'Give exactly one of request, approval_id and last_days',
  )
  .refine(
    ({ policy, last_days }) => policy === undefined || last_days === undefined,
    'What shadow rules would have done was noted by the policy of then: leave policy out',
  )
  .meta({ id: 'ExplainQuestion' })

export const versionsQuery = z.strictObject({
  limit: whole(1, 200, 50),
  cursor: wholeNumber(1, 999_999_999).optional(),
})
