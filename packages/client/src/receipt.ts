// Checks receipts: that Countersign signed that this very action was approved and may run now.

import { type Action, canonicalAction } from './action.ts'
import { InvalidReceipt } from './errors.ts'
import type { Keys } from './keys.ts'
import { parsed } from './transport.ts'

const TYPE = 'countersign-receipt+jwt'

/** What a receipt says. */
export interface Claims {
  /** Where the server is known. */
  iss: string
  /** The tool. */
  aud: string
  /** The redemption: each is there once. */
  jti: string
  /** Seconds since 1970. */
  iat: number
  exp: number
  approval_id: string
  digest: string
  environment: string | null
  agent: { id: string; name: string }
  /** Who said yes, when and where; empty where the policy did. */
  approvers: { id: string; name: string; source: string; approved_at: string }[]
  policy: { version: number; rule: string | null } | null
}

/** What it must say beside the action. */
export interface Expected {
  agentId?: string
  approvalId?: string
}

export type CheckReceipt = (receipt: unknown, action: Action, expected?: Expected) => Promise<Claims>

/**
 * Resolves with what it says. Throws InvalidReceipt for whatever is not: a signature of one of the server's keys, of
 * `issuer`, for the tool, this action and these expectations, in its time.
 */
export function createCheckReceipt(issuer: string, keys: Keys): CheckReceipt {
  return async (receipt, action, expected = {}) => {
    const { kid, signed, signature, claims } = read(receipt)
    if (!(await keys.verify(kid, signature, signed)))
      throw new InvalidReceipt('Its signature is not that of its key')
    const { iss, aud, exp, jti, agent, approval_id, digest } = claims
    must(iss === issuer, `It is of ${JSON.stringify(iss)}, and not of ${issuer}: is that PUBLIC_URL?`)
    must(aud === action.tool, `It is for ${JSON.stringify(aud)}`)
    must(typeof exp === 'number' && exp * 1000 > Date.now(), 'It has expired, or the clock here is wrong')
    must(typeof jti === 'string' && jti !== '', 'It names no redemption')
    must(typeof agent?.id === 'string', 'It names no agent')
    must([undefined, agent.id].includes(expected.agentId), `It is of the agent ${agent.id}`)
    must([undefined, approval_id].includes(expected.approvalId), `It is of ${approval_id}`)
    must(digest === (await digestOf(agent.id, action)), 'Another action was approved')
    return claims
  }
}

function must(isSo: boolean, sentence: string): void {
  if (!isSo) throw new InvalidReceipt(sentence)
}

interface Read {
  kid: string
  signed: string
  signature: Uint8Array<ArrayBuffer>
  claims: Claims
}

/** A compact JWS (RFC 7515) of our type, its signature not checked yet. */
function read(receipt: unknown): Read {
  const parts = typeof receipt === 'string' ? receipt.split('.') : []
  const [header = '', payload = '', signature = ''] = parts
  const head = objectIn(header)
  const claims = objectIn(payload)
  const sealed = bytesOf(signature)
  if (parts.length !== 3 || !head || !claims || !sealed) throw new InvalidReceipt('It is no receipt')
  const { alg, typ, kid, crit } = head
  must(alg === 'EdDSA' && typ === TYPE && crit === undefined, 'It is signed in another way than receipts are')
  if (typeof kid !== 'string') throw new InvalidReceipt('It names no key')
  return { kid, signed: `${header}.${payload}`, signature: sealed, claims: claims as unknown as Claims }
}

function objectIn(part: string): Record<string, unknown> | undefined {
  const bytes = bytesOf(part)
  const value = bytes && parsed(new TextDecoder().decode(bytes))
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

/** undefined: it is no base64url. */
function bytesOf(part: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    const text = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(text, (one) => one.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** As an approval and a receipt have it. */
export async function digestOf(agentId: string, action: Action): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalAction(agentId, action))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
