// Says what an action is: what people approve, its digest covers, and runs.

import { canonicalJson } from './canonical-json.ts'

export interface Action {
  tool: string
  /** Plain JSON; absent: `{}`. */
  arguments?: Record<string, unknown> | undefined
  /** Absent and null are the same. */
  environment?: string | null | undefined
}

/** What the digest of an action is the SHA-256 of; whatever else the action has, such as a summary, is no part of it. */
export function canonicalAction(agentId: string, action: Action): string {
  const { tool, arguments: args = {}, environment = null } = action
  return canonicalJson({ agent: agentId, tool, arguments: args, environment })
}
