// Says of each vote how long it took and whether the voter had opened all of it: what figures about reviewing count.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Executor } from '../store/database.ts'
import { findElders } from '../store/persons.ts'
import { findSeenOf } from '../store/seen.ts'
import { findTimedVotes, type TimedVote } from '../store/timed-votes.ts'
import type { ToldApproval } from '../store/told.ts'
import type { Verdict } from './view.ts'

/** So soon nobody has read what they decide. */
const FAST_MS = 3_000

export interface Looked {
  /** Of the eldest of those that were joined. */
  personId: string
  verdict: Verdict
  /** false: when the approval closed it did not count. */
  counted: boolean
  /** From the request to the vote. */
  tookMs: number
  /** Within 3 seconds of when the card came that was clicked, else of the request. */
  isFast: boolean
  /** They had opened all of it by then. */
  hasOpened: boolean
}

export type LookAtVotes = (approvals: ToldApproval[]) => Promise<Map<string, Looked[]>>

/** By the approval's id, in the order in which they were cast. Others have their turn before each page. */
export async function lookingAtVotes(db: Executor): Promise<LookAtVotes> {
  const elders = await findElders(db)
  const eldest = (id: string): string => {
    const elder = elders.get(id)
    return elder === undefined ? id : eldest(elder)
  }
  return async (approvals) => {
    await nextTurn()
    const ids = approvals.map(({ id }) => id)
    const votes = Map.groupBy(await findTimedVotes(db, ids), ({ approval_id }) => approval_id)
    const opened = Map.groupBy(await findSeenOf(db, ids), ({ approval_id }) => approval_id)
    const looked = ({ id, created_at }: ToldApproval) =>
      (votes.get(id) ?? []).map((vote): Looked => {
        const personId = eldest(vote.person_id)
        const hasOpened = (opened.get(id) ?? []).some(
          (row) => eldest(row.person_id) === personId && row.seen_at <= vote.decided_at,
        )
        return { ...timesOf(vote, created_at), personId, hasOpened }
      })
    return new Map(approvals.map((approval) => [approval.id, looked(approval)]))
  }
}

function timesOf(vote: TimedVote, createdAt: number): Omit<Looked, 'personId' | 'hasOpened'> {
  const { verdict, counted, decided_at, posted_at } = vote
  // A card that we did not remember was noted when it was clicked.
  const isKnown = posted_at !== null && posted_at >= createdAt && posted_at < decided_at
  return {
    verdict: verdict as Verdict,
    counted: counted === 1,
    tookMs: decided_at - createdAt,
    isFast: decided_at - (isKnown ? posted_at : createdAt) <= FAST_MS,
  }
}
