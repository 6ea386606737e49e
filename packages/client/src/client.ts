// Puts the client together: the operations of the API, and on top of them what an agent needs.

import type { Action } from './action.ts'
import { createGuard, type Guard } from './guard.ts'
import { createKeys } from './keys.ts'
import { type Calls, createCalls } from './operations.ts'
import { type Claims, createCheckReceipt } from './receipt.ts'
import { createRequireApproval, type RequireApproval } from './require-approval.ts'
import { createTransport } from './transport.ts'

export interface ClientOptions {
  /** The address of the server alone, such as `https://countersign.example.com`. */
  url: string
  /** An API key; what needs none works without. */
  auth?: string | undefined
  /** `PUBLIC_URL` of the server, where that is not `url`: receipts are of it. */
  issuer?: string | undefined
  /** How long the server may take for an answer, beside what it is asked to wait: 30. */
  timeoutSeconds?: number
  /** How long one call waits for a decision, 60 at most; less where a proxy ends long calls. */
  waitSeconds?: number
  /** How long requireApproval puts up with a server that does not answer, before it throws: 300. */
  patienceSeconds?: number
}

/** Every operation of the API by its name, each one call; and what waits and insists. */
export interface Client extends Calls {
  /**
   * Resolves once the action was approved and redeemed, with a receipt whose signature, issuer, audience, digest, time
   * and approval were checked. Throws Denied, Expired, Withdrawn, Unreached, Refused or Unavailable, and the reason of
   * `signal` when that is aborted. There is no other way out.
   */
  requireApproval: RequireApproval
  /** A function that asks before it runs. */
  guard: Guard
  /**
   * For whoever runs a tool: resolves with what the receipt says, if it is one for this action that may still run.
   * Throws InvalidReceipt if not, Unavailable when the keys cannot be had. Whether its `jti` was used before is for you
   * to know.
   */
  verifyReceipt(receipt: string, action: Action): Promise<Claims>
}

export function createClient(options: ClientOptions): Client {
  const { auth, timeoutSeconds = 30, waitSeconds = 60, patienceSeconds = 300 } = options
  const origin = originOf(options.url)
  if (auth !== undefined && !/^[\x21-\x7e]+$/.test(auth)) {
    throw new TypeError('auth: must be the key alone, without blanks; it begins with csk_')
  }
  const calls = createCalls({ transport: createTransport(origin), auth, timeoutSeconds })
  const issuer = options.issuer?.replace(/\/$/, '') ?? origin
  const checkReceipt = createCheckReceipt(issuer, createKeys(calls.readReceiptKeys))
  const patience = { timeoutSeconds, waitSeconds, patienceSeconds }
  const requireApproval = createRequireApproval({ calls, checkReceipt, ...patience })
  return {
    ...calls,
    requireApproval,
    guard: createGuard(requireApproval),
    verifyReceipt: (receipt, action) => checkReceipt(receipt, action),
  }
}

function originOf(url: string): string {
  const sentence = 'url: must be the address of the server alone, such as https://countersign.example.com'
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw new TypeError(sentence)
  }
  const { protocol, pathname, search, origin } = parsed
  if (!/^https?:$/.test(protocol) || pathname !== '/' || search !== '') throw new TypeError(sentence)
  return origin
}
