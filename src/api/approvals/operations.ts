// Declares the operations of approvals: what each takes, who may, and how it answers.

import { pageOf } from '../answers.ts'
import { idempotencyHeader } from '../idempotency.ts'
import type { Operation } from '../operation.ts'
import { approval, askedApproval, listedApproval, redemption } from './answers.ts'
import {
  listQuery,
  newApproval,
  newDecision,
  newRedemption,
  newWithdrawal,
  seen,
  waitQuery,
} from './schemas.ts'

const tag = 'Approvals'

export const requestApproval = {
  id: 'requestApproval',
  tag,
  method: 'post',
  path: '/v1/approvals',
  summary: 'Ask for a human decision about one action',
  roles: ['agent'],
  headers: idempotencyHeader,
  body: newApproval,
  answers: {
    201: { says: 'Pending: people are asked; or closed at once by the policy', body: askedApproval },
    200: {
      says: 'An earlier request answers: of the same Idempotency-Key, a pending twin, or by the grant of a yes',
      body: askedApproval,
    },
  },
  refusals: ['approval_not_found', 'idempotency_key_reused', 'required_by_policy', 'too_many_pending'],
  problems: { 403: ['agent_mismatch'] },
} as const satisfies Operation

export const listApprovals = {
  id: 'listApprovals',
  tag,
  method: 'get',
  path: '/v1/approvals',
  summary:
    'List approvals, the newest first; an agent sees its own. Arguments and metadata only with `include=details`',
  roles: ['agent', 'reviewer', 'auditor'],
  query: listQuery,
  answers: {
    200: {
      says: 'A page; with details it ends after at most half a megabyte of them, and the next page goes on',
      body: pageOf(listedApproval),
    },
  },
} as const satisfies Operation

export const readApproval = {
  id: 'readApproval',
  tag,
  method: 'get',
  path: '/v1/approvals/:id',
  summary: 'Read an approval, or wait until it is closed or has reached nobody',
  roles: ['agent', 'reviewer', 'auditor'],
  query: waitQuery,
  mayWait: true,
  answers: { 200: { says: 'As it stands now, closed or not', body: approval } },
  refusals: ['approval_not_found'],
  problems: { 429: ['too_many_waits'] },
} as const satisfies Operation

export const decideApproval = {
  id: 'decideApproval',
  tag,
  method: 'post',
  path: '/v1/approvals/:id/decision',
  summary: 'Approve or deny, as the person whom the key names',
  roles: ['reviewer'],
  headers: idempotencyHeader,
  body: newDecision,
  answers: {
    200: { says: 'The vote is recorded, now or before; it is closed if the votes suffice', body: approval },
  },
  refusals: [
    'approval_not_found',
    'already_decided',
    'approval_expired',
    'not_a_reviewer',
    'reviewer_unverified',
    'reviewer_disabled',
    'own_request',
    'already_voted',
    'details_not_opened',
    'note_required',
    'idempotency_key_reused',
  ],
} as const satisfies Operation

export const seeApproval = {
  id: 'seeApproval',
  tag,
  method: 'post',
  path: '/v1/approvals/:id/seen',
  summary: 'Say that the person whom the key names has seen all of it, up to this digest',
  roles: ['reviewer'],
  body: seen,
  answers: { 200: { says: 'On record, now or before', body: approval } },
  refusals: [
    'approval_not_found',
    'not_a_reviewer',
    'reviewer_unverified',
    'reviewer_disabled',
    'own_request',
    'digest_mismatch',
  ],
} as const satisfies Operation

export const redeemApproval = {
  id: 'redeemApproval',
  tag,
  method: 'post',
  path: '/v1/approvals/:id/redeem',
  summary: 'Redeem the grant of an approved action that is about to run, as the key that asked; it runs once',
  roles: ['agent'],
  headers: idempotencyHeader,
  body: newRedemption,
  answers: { 200: { says: 'Redeemed, now or before under the same key', body: redemption } },
  refusals: [
    'approval_not_found',
    'action_mismatch',
    'approval_expired',
    'not_approved',
    'no_grant',
    'already_redeemed',
    'grant_revoked',
    'grant_ended',
    'receipt_expired',
    'idempotency_key_reused',
  ],
} as const satisfies Operation

export const revokeApproval = {
  id: 'revokeApproval',
  tag,
  method: 'post',
  path: '/v1/approvals/:id/revoke',
  summary: 'Take back a yes that has not run, as an admin or one of those who gave it',
  roles: ['admin', 'reviewer'],
  headers: idempotencyHeader,
  body: newWithdrawal,
  bodyIsOptional: true,
  answers: { 200: { says: 'Its grant is revoked, now or before', body: approval } },
  refusals: [
    'approval_not_found',
    'not_an_approver',
    'approval_expired',
    'not_approved',
    'no_grant',
    'already_redeemed',
    'grant_ended',
    'idempotency_key_reused',
  ],
} as const satisfies Operation

export const withdrawApproval = {
  id: 'withdrawApproval',
  tag,
  method: 'post',
  path: '/v1/approvals/:id/withdraw',
  summary: 'Take a request back, as the one who asked or an admin',
  roles: ['agent'],
  headers: idempotencyHeader,
  body: newWithdrawal,
  bodyIsOptional: true,
  answers: {
    200: { says: 'Withdrawn, now or before; what was approved may not run any more', body: approval },
  },
  refusals: [
    'approval_not_found',
    'already_decided',
    'already_redeemed',
    'approval_expired',
    'idempotency_key_reused',
  ],
} as const satisfies Operation
