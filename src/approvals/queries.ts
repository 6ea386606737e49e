// Reads how approvals stand, and changes nothing.

import type { ApprovalRow } from '../../db/schema.ts'
import type { Severity } from '../events/severity.ts'
import { type Clock, DAY_MS } from '../kit/clock.ts'
import { oneAtATime } from '../kit/one-at-a-time.ts'
import { findApproval } from '../store/approvals.ts'
import type { Database } from '../store/database.ts'
import { wasTold } from '../store/deliveries.ts'
import * as figures from '../store/figures.ts'
import { type ApprovalFilter, findApprovals, listApprovals, measureApprovals } from '../store/lists.ts'
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
  /** The longest waiting first; tests are left out. */
  pending(limit: number): Promise<ApprovalView[]>
  wasSentTo(id: string, destinationId: string): Promise<boolean>
  standing(): Promise<Standing>
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
  /** In the last 24 hours. */
  decided: { approved: number; denied: number; medianMs: number | null }
  /** Waiting for another try, and given up in the last 24 hours. */
  failing: { retrying: number; dead: number }
}

/** Of arguments and metadata in a page; a single approval may have more. */
const MOST_BYTES = 500_000

export interface QueriesOptions extends ViewOptions {
  db: Database
  clock: Clock
  waitingRoom: WaitingRoom
}

export function createQueries(options: QueriesOptions): Queries {
  const { db, clock, waitingRoom } = options
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

  return {
    find,
    findOnceClosed,
    list: (filter, limit) => lists(() => list(filter, limit)),
    listWhole: (filter, limit) => lists(() => listWhole(filter, limit)),
    async pending(limit) {
      return composeViews(read, await figures.findPending(read, 'created_at', limit), options)
    },
    wasSentTo: (id, destinationId) => wasTold(read, id, destinationId),
    async standing() {
      const dayAgo = clock.now() - DAY_MS
      const first = async (rows: Promise<ApprovalRow[]>) => (await composeViews(read, await rows, options))[0]
      return {
        pendingByRisk: (await figures.countPendingByRisk(read)) as Map<Severity, number>,
        unreached: {
          count: await figures.countUnreached(read),
          longest: await first(figures.findUnreached(read, 1)),
        },
        longestWaiting: await first(figures.findPending(read, 'created_at', 1)),
        nextToExpire: await first(figures.findPending(read, 'expires_at', 1)),
        decided: await figures.decidedSince(read, dayAgo),
        failing: await figures.failingDeliveries(read, dayAgo),
      }
    },
  }
}
