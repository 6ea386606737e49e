// Reads policies for tests, and asks them about actions.

import { type Asked, evaluate } from '../../src/policy/evaluate.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { type PolicyMistake, readPolicy } from '../../src/policy/read-policy.ts'

/** Throws with what is wrong with it. */
export function policyOf(text: string): Policy {
  const read = readPolicy(text)
  if ('policy' in read) return read.policy
  throw new Error(read.mistakes.map(({ line, message }) => `${line}: ${message}`).join('\n'))
}

export function mistakesIn(text: string): PolicyMistake[] {
  const read = readPolicy(text)
  return 'mistakes' in read ? read.mistakes : []
}

export const REFUND: Asked = {
  tool: 'payments.refund',
  agentId: 'agent-123',
  environment: 'production',
  riskLevel: 'medium',
  arguments: { amount: '480.00' },
}

/** What a policy says of a refund that differs in this. */
export function verdictOf(text: string, different: Partial<Asked> = {}) {
  return evaluate({ ...REFUND, ...different }, policyOf(text))
}
