// Finds the version of the policy that is in force.

import { LRUCache } from 'lru-cache'
import type { Executor } from '../store/database.ts'
import { findPolicy, latestPolicyVersion } from '../store/policies.ts'
import type { Policy } from './policy.ts'
import { readPolicy } from './read-policy.ts'

const MOST_KEPT = 20
/** By the text itself: databases of tests count from 1 alike. */
const parsed = new LRUCache<string, Policy>({ max: MOST_KEPT })

export async function policyInForce(trx: Executor): Promise<{ version: number; policy: Policy } | undefined> {
  const version = await latestPolicyVersion(trx)
  const row = version === undefined ? undefined : await findPolicy(trx, version)
  if (!row) return undefined
  const known = parsed.get(row.text)
  if (known) return { version: row.version, policy: known }
  const read = readPolicy(row.text)
  if (!('policy' in read)) throw new Error(`the policy of version ${row.version} cannot be read any more`)
  parsed.set(row.text, read.policy)
  return { version: row.version, policy: read.policy }
}
