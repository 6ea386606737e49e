// Declares the operations of the policy: what each takes, who may, and how it answers.

import { z } from 'zod'
import { pageOf } from '../answers.ts'
import type { Operation } from '../operation.ts'
import { sentText } from '../text-body.ts'
import { checkedPolicy, explanation, policyVersion, shadowed } from './answers.ts'
import { explainQuestion, ifMatch, POLICY_TYPES, versionsQuery } from './schemas.ts'

const tag = 'Policies'
const headers = { ETag: 'The number of the version in quotation marks, for `If-Match`' }

const policyText = { body: z.string(), mediaType: POLICY_TYPES, headers } as const

export const readPolicy = {
  id: 'readPolicy',
  tag,
  method: 'get',
  path: '/v1/policies',
  summary: 'Read the policy in force, byte for byte as it was sent',
  roles: ['admin', 'auditor'],
  answers: { 200: { says: 'The text, with the media type that it was sent with', ...policyText } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation

export const setPolicy = {
  id: 'setPolicy',
  tag,
  method: 'put',
  path: '/v1/policies',
  summary: 'Put another policy in force, for approvals that are asked for from now on',
  roles: ['admin'],
  headers: ifMatch,
  body: sentText,
  bodyTypes: POLICY_TYPES,
  answers: {
    200: { says: 'In force; what was in force already stays the same version', body: policyVersion, headers },
  },
  problems: { 412: ['policy_changed'], 422: ['invalid_policy'] },
} as const satisfies Operation

export const checkPolicy = {
  id: 'checkPolicy',
  tag,
  method: 'post',
  path: '/v1/policies/check',
  summary: 'Say whether a policy could be put in force now; nothing is kept',
  roles: ['admin', 'auditor'],
  body: sentText,
  bodyTypes: POLICY_TYPES,
  answers: { 200: { says: 'It could', body: checkedPolicy } },
  problems: { 422: ['invalid_policy'] },
} as const satisfies Operation

export const explainPolicy = {
  id: 'explainPolicy',
  tag,
  method: 'post',
  path: '/v1/policies/explain',
  summary:
    'Say which rule applies to a request, or applied to an approval, why, and who could decide; or what shadow rules would have done',
  roles: ['admin', 'auditor'],
  body: explainQuestion,
  answers: {
    200: { says: 'An Explanation; for `last_days` what is Shadowed', body: z.union([explanation, shadowed]) },
  },
  problems: { 404: ['not_found'], 422: ['invalid_policy'] },
} as const satisfies Operation

export const listPolicyVersions = {
  id: 'listPolicyVersions',
  tag,
  method: 'get',
  path: '/v1/policies/versions',
  summary: 'List the versions of the policy, the one in force first',
  roles: ['admin', 'auditor'],
  query: versionsQuery,
  answers: { 200: { says: 'A page', body: pageOf(policyVersion) } },
} as const satisfies Operation

export const readPolicyVersion = {
  id: 'readPolicyVersion',
  tag,
  method: 'get',
  path: '/v1/policies/versions/:id',
  summary: 'Read a version of the policy by its number, which an approval has on record',
  roles: ['admin', 'auditor'],
  answers: { 200: { says: 'The text, with the media type that it was sent with', ...policyText } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation
