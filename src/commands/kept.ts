// Keeps an answer for a few seconds: it takes long where much waits, and whoever asks again costs nothing.

import { LRUCache } from 'lru-cache'
import type { StandingScope } from '../approvals/standing.ts'
import type { Clock } from '../kit/clock.ts'
import type { Reply } from './commands.ts'

const KEPT_MS = 3_000
const MOST_KEPT = 100

type Answer = (scope: StandingScope) => Promise<Reply>

/** Those who ask at once wait for the same answer; a failure is not kept. */
export function kept(clock: Clock, answer: Answer): Answer {
  const known = new LRUCache<string, Reply, StandingScope>({
    max: MOST_KEPT,
    ttl: KEPT_MS,
    perf: clock,
    ttlResolution: 0,
    fetchMethod: (_key, _stale, { context }) => answer(context),
  })
  return ({ destinationIds, withUnplaced }) => {
    const scope = { destinationIds: destinationIds.toSorted(), withUnplaced }
    return known.forceFetch(JSON.stringify(scope), { context: scope })
  }
}
