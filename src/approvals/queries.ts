// Reads how approvals stand, and changes nothing.

import type { ApprovalRow } from '../../db/schema.ts'
import type { Severity } from '../events/severity.ts'
import { type Clock, DAY_MS } from '../kit/clock.ts'
import { oneAtATime } from '../kit/one-at-a-time.ts'
import { findApproval } from '../store/approvals.ts'
import type { Database } from '../store/database.ts'
import { failingDeliveries, findOff, type OffDestination } from '../store/delivery-figures.ts'
import * as figures from '../store/figures.ts'
import { type ApprovalFilter, findApprovals, listApprovals, measureApprovals } from '../store/lists.ts'
import { wasToldAt } from '../store/told.ts'
import { composeSummaries, composeView, composeViews, type ViewOptions } from './compose-view.ts'
import type { ApprovalSummary, ApprovalView } from './view.ts'
import type { WaitingRoom } from './waiting-room.ts'

export interface Queries {
  /** `ownerKeyId`: only if this API key asked for it. */
  find(id: string, ownerKeyId?: string): Promise<ApprovalView | undefined>
  /**
   * As `find`, but stays until it is closed, or is found to have reached nobody while one waits; for `waitMs` at most.
   * So whoever asks again after that waits as before.
   */
  findOnceClosed(id: string, wait: Wait): Promise<ApprovalView | undefined>
  /** The newest first. */
  list(filter: ApprovalFilter, limit: number): Promise<Page<ApprovalSummary>>
  /** The same with all that was asked; a page ends where it would grow over `MOST_BYTES`. */
  listWhole(filter: ApprovalFilter, limit: number): Promise<Page<ApprovalView>>
  /** Only if it was told to one of these destinations. */
  findAt(id: string, destinationIds: string[]): Promise<ApprovalView | undefined>
  /** Those told to these destinations, the longest waiting first; tests are left out. */
  pending(destinationIds: string[], limit: number): Promise<ApprovalView[]>
  /** Of what was told to these destinations, and how they do themselves. */
  standing(destinationIds: string[]): Promise<Standing>
}

export interface Page<Item> {
  approvals: Item[]
  /** The `after` of the following page. */
  next: string | undefined
}

export interface Wait {
  ownerKeyId?: string
  waitMs: number
  abort: AbortSignal
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
}

/** Of arguments and metadata in a page; a single approval may have more. */
const MOST_BYTES = 500_000

export interface QueriesOptions extends ViewOptions {
  db: Database
  clock: Clock
  waitingRoom: WaitingRoom
  /** The channel types that are in no workspace: how their destinations do concerns every one. */
  unplaced: readonly string[]
}

export function createQueries(options: QueriesOptions): Queries {
  const { db, clock, waitingRoom, unplaced } = options
  const { read } = db
  // A page takes as long as dozens of clicks.
  const lists = oneAtATime()

  async function find(id: string, ownerKeyId?: string): Promise<ApprovalView | undefined> {
    const row = await findApproval(read, id)
    const isTheirs = ownerKeyId === undefined || row?.owner_key_id === ownerKeyId
    return row && isTheirs ? composeView(read, row, options) : undefined
  }

  async function findOnceClosed(id: string, { ownerKeyId, waitMs, abort }: Wait) {
    const deadline = performance.now() + waitMs
    let wasReached = false
    for (;;) {
      const leftMs = deadline - performance.now()
      if (leftMs <= 0 || abort.aborted) return find(id, ownerKeyId)
      // Listening starts before looking, so that a commit in between is not missed.
      const answered = new AbortController()
      const leave = AbortSignal.any([abort, answered.signal])
      const woken = waitingRoom.wait(id, leftMs, leave)
      const view = await find(id, ownerKeyId)
      if (view?.status !== 'pending' || (wasReached && !view.reached)) {
        answered.abort()
        return view
      }
      wasReached = view.reached
      // Whose it is was looked up above, before the wait.
      const closed = await woken
      if (closed && view) return closed
    }
  }

  async function list(filter: ApprovalFilter, limit: number): Promise<Page<ApprovalSummary>> {
    const rows = await listApprovals(read, filter, limit + 1)
    const shown = rows.slice(0, limit)
    return {
      approvals: await composeSummaries(read, shown, options),
      next: rows.length > limit ? shown.at(-1)?.id : undefined,
    }
  }

  async function listWhole(filter: ApprovalFilter, limit: number): Promise<Page<ApprovalView>> {
    const sizes = await measureApprovals(read, filter, limit + 1)
    let left = MOST_BYTES
    const shown = sizes.slice(0, limit).filter(({ bytes }, index) => {
      left -= bytes
      return index === 0 || left >= 0
    })
    const rows = await findApprovals(
      read,
      shown.map(({ id }) => id),
    )
    return {
      approvals: await composeViews(read, rows, options),
      next: sizes.length > shown.length ? shown.at(-1)?.id : undefined,
    }
  }

  async function standing(told: string[]): Promise<Standing> {
    const dayAgo = clock.now() - DAY_MS
    const first = async (rows: Promise<ApprovalRow[]>) => (await composeViews(read, await rows, options))[0]
    const pendingByRisk = (await figures.countPendingByRisk(read, told)) as Map<Severity, number>
    // Where nothing waits, looking for the first would be to look at all that waits elsewhere.
    const waits = pendingByRisk.size > 0
    const scope = { ids: told, channelTypes: unplaced }
    return {
      pendingByRisk,
      unreached: {
        count: await figures.countUnreached(read, told),
        longest: await first(figures.findUnreached(read, told, 1)),
      },
      longestWaiting: waits ? await first(figures.findPending(read, told, 'created_at', 1)) : undefined,
      nextToExpire: waits ? await first(figures.findPending(read, told, 'expires_at', 1)) : undefined,
      decided: await figures.decidedSince(read, told, dayAgo),
      failing: await failingDeliveries(read, scope, dayAgo),
      off: await findOff(read, scope),
    }
  }

  return {
    find,
    findOnceClosed,
    list: (filter, limit) => lists(() => list(filter, limit)),
    listWhole: (filter, limit) => lists(() => listWhole(filter, limit)),
    async findAt(id, destinationIds) {
      return (await wasToldAt(read, id, destinationIds)) ? find(id) : undefined
    },
    async pending(destinationIds, limit) {
      const rows = await lists(() => figures.findPending(read, destinationIds, 'created_at', limit))
      return composeViews(read, rows, options)
    },
    standing: (destinationIds) => lists(() => standing(destinationIds)),
  }
}
