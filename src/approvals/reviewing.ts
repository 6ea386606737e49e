// Reads for each person how they vote: how often, how fast, and whether they look first.

import { findPeople } from '../identity/persons.ts'
import { DAY_MS } from '../kit/clock.ts'
import { median } from '../kit/median.ts'
import type { Executor } from '../store/database.ts'
import { type EndStatus, pagesOfClosed } from '../store/told.ts'
import { type Looked, lookingAtVotes } from './looked.ts'

/** Ids in one query. */
const AT_ONCE = 500
/** All of it is read. */
export const MOST_DAYS = 31

export interface Reviewer {
  id: string
  name: string
  approvals: number
  denials: number
  /** From the request to their vote. */
  medianMs: number
  /** Votes within 3 seconds of when the card came that they clicked, else of the request. */
  fast: number
  /** Approving votes without having opened all of it. */
  unopened: number
}

/** UTC epoch milliseconds, the first inclusive. Absent: the 24 hours before, and now. */
export interface Period {
  since?: number | undefined
  until?: number | undefined
}

type Figures = Omit<Reviewer, 'id' | 'name' | 'medianMs'> & { tookMs: number[] }

const ENDS: EndStatus[] = ['approved', 'denied', 'expired', 'withdrawn']

/**
 * Of the votes on what closed in that time, tests left out; whoever voted most often first. `no_period`: it ends before
 * it begins, or lasts longer than 31 days.
 */
export async function readReviewing(
  db: Executor,
  { until, since }: Period,
  limit: number,
  now: number,
): Promise<Reviewer[] | 'no_period'> {
  const end = until ?? now
  const begin = since ?? end - DAY_MS
  if (begin >= end || end - begin > MOST_DAYS * DAY_MS) return 'no_period'
  // Up to now, this very millisecond counts.
  const before = until ?? now + 1
  const figures = new Map<string, Figures>()
  const lookAtVotes = await lookingAtVotes(db)
  for (const status of ENDS) {
    for await (const page of pagesOfClosed(db, { status, since: begin, until: before })) {
      for (const vote of [...(await lookAtVotes(page)).values()].flat()) count(figures, vote)
    }
  }
  const votesOf = ({ tookMs }: Figures) => tookMs.length
  const most = [...figures].sort(([a, x], [b, y]) => votesOf(y) - votesOf(x) || (a < b ? -1 : 1))
  return named(db, most.slice(0, limit))
}

function count(figures: Map<string, Figures>, vote: Looked): void {
  const known = figures.get(vote.personId) ?? { approvals: 0, denials: 0, fast: 0, unopened: 0, tookMs: [] }
  figures.set(vote.personId, known)
  known.tookMs.push(vote.tookMs)
  if (vote.isFast) known.fast += 1
  if (vote.verdict === 'deny') known.denials += 1
  else {
    known.approvals += 1
    if (!vote.hasOpened) known.unopened += 1
  }
}

/** By the names under which they are known today. */
async function named(db: Executor, figures: [id: string, of: Figures][]): Promise<Reviewer[]> {
  const reviewers: Reviewer[] = []
  for (let from = 0; from < figures.length; from += AT_ONCE) {
    const some = figures.slice(from, from + AT_ONCE)
    const people = await findPeople(
      db,
      some.map(([id]) => id),
    )
    for (const [id, { tookMs, ...counts }] of some) {
      const name = people.get(id)?.name ?? ''
      reviewers.push({ id, name, ...counts, medianMs: median(tookMs) ?? 0 })
    }
  }
  return reviewers
}
