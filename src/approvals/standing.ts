// Reads how approvals stand that were told to some destinations, and how those destinations do.

import type { Severity } from '../events/severity.ts'
import { DAY_MS } from '../kit/clock.ts'
import { median } from '../kit/median.ts'
import type { Executor } from '../store/database.ts'
import { failingDeliveries, findOff, type OffDestination } from '../store/delivery-figures.ts'
import { findApprovals } from '../store/lists.ts'
import { pagesOfShadowed, pagesOfTold } from '../store/told.ts'
import { composeViews, type ViewOptions } from './compose-view.ts'
import { lookingAtVotes } from './looked.ts'
import type { ApprovalView } from './view.ts'

export interface StandingScope {
  destinationIds: string[]
  /** Whether those in no workspace count too, without their names: how they do concerns every one. */
  withUnplaced: boolean
}

export interface Standing {
  pendingByRisk: Map<Severity, number>
  /** Of the pending ones, those whose card no destination of people has taken in time. */
  unreached: { count: number; longest: ApprovalView | undefined }
  longestWaiting: ApprovalView | undefined
  nextToExpire: ApprovalView | undefined
  decided: Decided
  /** Of those asked in the last 24 hours, what shadow rules would have done. */
  shadowed: Record<'allow' | 'deny' | 'ask', number>
  /** Waiting for another try at a destination that is on, and given up in the last 24 hours. */
  failing: { retrying: number; dead: number }
  /** By name. */
  off: OffDestination[]
  /** Those in no workspace. */
  othersOff: { count: number; waiting: number }
}

/** How people decided in the last 24 hours. What the policy answered is left out. */
interface Decided {
  approved: number
  denied: number
  expired: number
  /** From the request to the vote that closed it; null: nothing was decided. */
  medianMs: number | null
  /** Where the vote that closed it came within 3 seconds. */
  fast: number
  /** The approving votes that counted. */
  approvals: number
  /** Those of them whose voter had never opened all of it. */
  unopened: number
}

export interface StandingOptions extends ViewOptions {
  /** The channel types that are in no workspace. */
  unplaced: readonly string[]
}

export async function readStanding(
  db: Executor,
  { destinationIds, withUnplaced }: StandingScope,
  now: number,
  options: StandingOptions,
): Promise<Standing> {
  const dayAgo = now - DAY_MS
  const places = { ids: destinationIds, channelTypes: withUnplaced ? options.unplaced : [] }
  const [{ pendingByRisk, ...pending }, decided, shadowed] = await Promise.all([
    readPending(db, destinationIds),
    readDecided(db, destinationIds, dayAgo),
    readShadowed(db, destinationIds, dayAgo),
  ])
  const ids = [pending.longestUnreached, pending.longestWaiting, pending.nextToExpire]
  const rows = await findApprovals(db, [...new Set(ids.filter((id) => id !== undefined))])
  const views = await composeViews(db, rows, options)
  const viewOf = (id: string | undefined) => views.find((view) => view.id === id)
  const off = await findOff(db, places)
  const others = off.filter(({ id }) => !destinationIds.includes(id))
  return {
    pendingByRisk,
    unreached: { count: pending.unreached, longest: viewOf(pending.longestUnreached) },
    longestWaiting: viewOf(pending.longestWaiting),
    nextToExpire: viewOf(pending.nextToExpire),
    decided,
    shadowed,
    failing: await failingDeliveries(db, places, dayAgo),
    off: off.filter((one) => !others.includes(one)),
    othersOff: { count: others.length, waiting: others.reduce((sum, { waiting }) => sum + waiting, 0) },
  }
}

async function readPending(db: Executor, told: string[]) {
  const pendingByRisk = new Map<Severity, number>()
  let unreached = 0
  let longestWaiting: string | undefined
  let longestUnreached: string | undefined
  let next: { id: string; expires_at: number } | undefined
  for await (const page of pagesOfTold(db, told, { status: 'pending' })) {
    for (const row of page) {
      const level = row.risk_level as Severity
      pendingByRisk.set(level, (pendingByRisk.get(level) ?? 0) + 1)
      longestWaiting ??= row.id
      if (next === undefined || row.expires_at < next.expires_at) next = row
      if (row.unreached_at === null) continue
      unreached += 1
      longestUnreached ??= row.id
    }
  }
  return { pendingByRisk, unreached, longestWaiting, longestUnreached, nextToExpire: next?.id }
}

/** Each approval that people decided, and what the votes on it came to. */
async function readDecided(db: Executor, told: string[], since: number): Promise<Standing['decided']> {
  const lookAtVotes = await lookingAtVotes(db)
  const decided = { approved: 0, denied: 0, fast: 0, approvals: 0, unopened: 0 }
  const tookMs: number[] = []
  for (const [status, verdict] of [
    ['approved', 'approve'],
    ['denied', 'deny'],
  ] as const) {
    for await (const page of pagesOfTold(db, told, { status, since })) {
      for (const votes of (await lookAtVotes(page)).values()) {
        const counting = votes.filter((vote) => vote.verdict === verdict && vote.counted)
        const closing = counting.at(-1)
        // Nobody voted: the policy answered.
        if (closing === undefined) continue
        decided[status] += 1
        tookMs.push(closing.tookMs)
        if (closing.isFast) decided.fast += 1
        if (verdict === 'deny') continue
        decided.approvals += counting.length
        decided.unopened += counting.filter(({ hasOpened }) => !hasOpened).length
      }
    }
  }
  let expired = 0
  for await (const page of pagesOfTold(db, told, { status: 'expired', since })) expired += page.length
  return { ...decided, expired, medianMs: median(tookMs) }
}

/** What would have become of them: of several shadow rules the first would have counted. */
async function readShadowed(db: Executor, told: string[], since: number): Promise<Standing['shadowed']> {
  const counts: Standing['shadowed'] = { allow: 0, deny: 0, ask: 0 }
  for await (const page of pagesOfShadowed(db, told, since)) {
    for (const { shadows } of page) {
      const [first] = JSON.parse(shadows ?? '[]') as { would: keyof Standing['shadowed'] }[]
      if (first) counts[first.would] += 1
    }
  }
  return counts
}
