// Makes receipts: the signed proof, for whoever runs a tool, that an approved action may run now.

import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { Executor } from '../store/database.ts'
import { activeKey } from './signing-keys.ts'

/** So long after the redemption a receipt may be shown. */
const RECEIPT_SECONDS = 300
const TYPE = 'countersign-receipt+jwt'

/** What a receipt proves; the names are those of its claims. */
export interface Proven {
  approval_id: string
  digest: string
  tool: string
  environment: string | null
  agent: { id: string; name: string }
  /** Who said yes, when and where; empty where the policy did. */
  approvers: { id: string; name: string; source: string; approved_at: string }[]
  /** null: there was none. */
  policy: { version: number; rule: string | null } | null
}

export interface Redemption {
  id: string
  /** UTC epoch milliseconds. */
  redeemedAt: number
  /** The address at which the server is known. */
  issuer: string
}

/** Signs in the transaction that records the redemption; resolves with a compact JWS (RFC 7515, EdDSA). */
export type IssueReceipt = (trx: Executor, redemption: Redemption, proven: Proven) => Promise<string>

export function createIssueReceipt(secretKey: Buffer): IssueReceipt {
  // Each is opened once: a process signs with few of them in its life.
  const opened = new Map<string, KeyObject>()
  return async (trx, { id, redeemedAt, issuer }, { tool, ...proven }) => {
    const { kid, open } = await activeKey(trx, secretKey, redeemedAt)
    const key = opened.get(kid) ?? createPrivateKey({ key: open(), format: 'der', type: 'pkcs8' })
    opened.set(kid, key)
    const times = { iat: secondsOf(redeemedAt), exp: secondsOf(receiptEnd(redeemedAt)) }
    const claims = { iss: issuer, aud: tool, jti: id, ...times, ...proven }
    const signed = [{ alg: 'EdDSA', typ: TYPE, kid }, claims].map(encoded).join('.')
    return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
  }
}

/** UTC epoch milliseconds; a receipt counts whole seconds. */
export function receiptEnd(redeemedAt: number): number {
  return (secondsOf(redeemedAt) + RECEIPT_SECONDS) * 1000
}

function secondsOf(epochMs: number): number {
  return Math.floor(epochMs / 1000)
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
