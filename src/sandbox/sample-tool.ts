// Plays the tools that the sample agent runs: each demands a receipt, and checks it by the published keys alone.

import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { canonicalJson, sha256Hex } from '../kit/canonical-json.ts'
import type { Clock } from '../kit/clock.ts'
import type { ApprovalRequest } from './sample-requests.ts'
import type { VerifiedReceipt } from './snapshot.ts'

export type Action = Omit<ApprovalRequest['action'], 'summary'>

/** The tool runs nothing with this receipt, and says why. */
export class NoGoodReceipt extends Error {}

/** Resolves with what it found in the receipt once it ran. Throws NoGoodReceipt, and fetch's own errors. */
export type RunTool = (receipt: string, action: Action) => Promise<VerifiedReceipt>

interface Claims {
  agent: { id: string }
  digest: string
}

/** As docs/receipts.md has it for everybody's tools. */
export function createSampleTool(issuer: () => string, clock: Clock): RunTool {
  const used = new Set<unknown>()
  return async (receipt, action) => {
    const response = await fetch(`${issuer()}/.well-known/jwks.json`)
    if (!response.ok) throw new Error(`the keys were answered ${response.status}`)
    const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet)
    const { payload, protectedHeader } = await jwtVerify<Claims>(receipt, keys, {
      issuer: issuer(),
      audience: action.tool,
      typ: 'countersign-receipt+jwt',
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(clock.now()),
    }).catch((error: Error) => {
      throw new NoGoodReceipt(error.message)
    })
    if (payload.digest !== digestOf(payload.agent.id, action)) {
      throw new NoGoodReceipt('another action was approved')
    }
    if (used.has(payload.jti)) throw new NoGoodReceipt('it was used before')
    used.add(payload.jti)
    return { jws: receipt, kid: String(protectedHeader.kid), claims: { ...payload } }
  }
}

function digestOf(agent: string, { tool, arguments: args, environment }: Action): string {
  return `sha256:${sha256Hex(canonicalJson({ agent, tool, arguments: args, environment }))}`
}
