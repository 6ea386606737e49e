// What a program imports to ask people before it acts.

export type { Action } from './action.ts'
export type * as api from './api.ts'
export { canonicalJson } from './canonical-json.ts'
export { type Client, type ClientOptions, createClient } from './client.ts'
export {
  CountersignError,
  Denied,
  Expired,
  InvalidReceipt,
  Refused,
  Unavailable,
  Unreached,
  Withdrawn,
} from './errors.ts'
export type { GuardOptions } from './guard.ts'
export type { Answer } from './operations.ts'
export type { Claims } from './receipt.ts'
export type { ApprovalOptions, Approved, AskedAction } from './require-approval.ts'
