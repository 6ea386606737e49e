// Reads how approvals stand that were told to some destinations, and how those destinations do.

import type { Severity } from '../events/severity.ts'
import { DAY_MS } from '../kit/clock.ts'
import type { Executor } from '../store/database.ts'
import { failingDeliveries, findOff, type OffDestination } from '../store/delivery-figures.ts'
import { findApprovals } from '../store/lists.ts'
import { pagesOfTold } from '../store/told.ts'
import { composeViews, type ViewOptions } from './compose-view.ts'
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
  /** In the last 24 hours; the median is of those that people decided. */
  decided: { approved: number; denied: number; expired: number; medianMs: number | null }
  /** Waiting for another try at a destination that is on, and given up in the last 24 hours. */
  failing: { retrying: number; dead: number }
  /** By name. */
  off: OffDestination[]
  /** Those in no workspace. */
  othersOff: { count: number; waiting: number }
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
  const [{ pendingByRisk, ...pending }, decided] = await Promise.all([
    readPending(db, destinationIds),
    readDecided(db, destinationIds, dayAgo),
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

async function readDecided(db: Executor, told: string[], since: number): Promise<Standing['decided']> {
  const counts = { approved: 0, denied: 0, expired: 0 }
  const tookMs: number[] = []
  for (const status of ['approved', 'denied', 'expired'] as const) {
    for await (const page of pagesOfTold(db, told, { status, since })) {
      counts[status] += page.length
      if (status === 'expired') continue
      for (const row of page) tookMs.push(Number(row.closed_at) - row.created_at)
    }
  }
  return { ...counts, medianMs: median(tookMs) }
}

function median(values: number[]): number | null {
  const sorted = Float64Array.from(values).sort()
  const lower = sorted[(sorted.length - 1) >> 1]
  const upper = sorted[sorted.length >> 1]
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2
}
