// Counts each voter once, for whichever requirement needs them, so that as many places as possible are filled.

import type { Requirement } from './policy.ts'

export interface Assignment {
  /** For each requirement the voters that count for it, by their index, in ascending order. */
  filledBy: number[][]
  /** For each requirement how many more are needed. */
  missing: number[]
}

/**
 * `voters`: different people, each by the groups for which they count, as the requirements name them. A maximum
 * matching by augmenting paths: nobody counts twice, no place stays empty that could be filled, the same always gets
 * the same, and whoever counts goes on counting when others come after.
 */
export function assign(requirements: Requirement[], voters: readonly ReadonlySet<string>[]): Assignment {
  const filledBy: number[][] = requirements.map(() => [])

  /** Finds a place for a voter, if need be by moving others on; `tried`: requirements that were looked at for it. */
  function place(voter: number, tried: Set<number>): boolean {
    for (const [at, { group, approvals }] of requirements.entries()) {
      const holders = filledBy[at] ?? []
      if (tried.has(at) || !voters[voter]?.has(group)) continue
      tried.add(at)
      if (holders.length < approvals) {
        holders.push(voter)
        return true
      }
      const moved = holders.findIndex((holder) => place(holder, tried))
      if (moved < 0) continue
      holders[moved] = voter
      return true
    }
    return false
  }

  for (const voter of voters.keys()) place(voter, new Set())
  return {
    filledBy: filledBy.map((holders) => holders.sort((a, b) => a - b)),
    missing: requirements.map(({ approvals }, at) => approvals - (filledBy[at]?.length ?? 0)),
  }
}
