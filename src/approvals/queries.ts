// Reads how approvals stand, and changes nothing.

import type { Principal } from '../identity/principal.ts'
import type { Clock } from '../kit/clock.ts'
import { oneAtATime } from '../kit/one-at-a-time.ts'
import { cutPage, cutWholePage } from '../kit/page.ts'
import { findApproval } from '../store/approvals.ts'
import type { Database } from '../store/database.ts'
import { countPendingByRisk, countUnreached } from '../store/figures.ts'
import { type ApprovalFilter, findApprovals, listApprovals, measureApprovals } from '../store/lists.ts'
import { pagesOfTold, wasToldAt } from '../store/told.ts'
import { composeSummaries, composeView, composeViews } from './compose-view.ts'
import { couldDecide } from './could-decide.ts'
import { type Period, readReviewing } from './reviewing.ts'
import { readStanding, type Standing, type StandingOptions, type StandingScope } from './standing.ts'
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
  /** The same with all that was asked; a page ends where it would grow over half a megabyte. */
  listWhole(filter: ApprovalFilter, limit: number): Promise<Page<ApprovalView>>
  /** Only if it was told to one of these destinations. */
  findAt(id: string, destinationIds: string[]): Promise<ApprovalView | undefined>
  /** Whether a press on its card at one of these destinations would count, but for its state and what was opened. */
  couldDecide(id: string, by: Principal, destinationIds: string[]): Promise<boolean>
  /** Those told to these destinations, the longest waiting first; tests are left out. */
  pending(destinationIds: string[], limit: number): Promise<ApprovalView[]>
  /** Of what was told to these destinations, and how they do themselves. */
  standing(scope: StandingScope): Promise<Standing>
  /** How each person votes, wherever it was told: whoever voted most often first. */
  reviewing(period: Period, limit: number): ReturnType<typeof readReviewing>
  /** How many wait for a decision by their risk level, tests left out. */
  pendingByRisk(): Promise<ReadonlyMap<string, number>>
  /** How many of those that wait no destination of people has taken in time. */
  unreached(): Promise<number>
  /** How many agents wait for a decision by a call to this process. */
  waiting(): number
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

export interface QueriesOptions extends StandingOptions {
  db: Database
  clock: Clock
  waitingRoom: WaitingRoom
}

export function createQueries(options: QueriesOptions): Queries {
  const { db, clock, waitingRoom } = options
  const { read } = db
  // A page takes as long as dozens of clicks.
  const lists = oneAtATime()
  // Figures go through all that waits, and hold up no page.
  const figures = oneAtATime()
  // A month of votes holds up no figures.
  const months = oneAtATime()

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
    const { shown, next } = cutPage(await listApprovals(read, filter, limit + 1), limit)
    return { approvals: await composeSummaries(read, shown, options), next }
  }

  async function listWhole(filter: ApprovalFilter, limit: number): Promise<Page<ApprovalView>> {
    const { shown, next } = cutWholePage(await measureApprovals(read, filter, limit + 1), limit)
    const rows = await findApprovals(
      read,
      shown.map(({ id }) => id),
    )
    return { approvals: await composeViews(read, rows, options), next }
  }

  async function pending(destinationIds: string[], limit: number): Promise<ApprovalView[]> {
    const ids: string[] = []
    for await (const page of pagesOfTold(read, destinationIds, { status: 'pending' })) {
      ids.push(...page.slice(0, limit - ids.length).map(({ id }) => id))
      if (ids.length === limit) break
    }
    const views = await composeViews(read, await findApprovals(read, ids), options)
    return views.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
  }

  return {
    find,
    findOnceClosed,
    list: (filter, limit) => lists(() => list(filter, limit)),
    listWhole: (filter, limit) => lists(() => listWhole(filter, limit)),
    async findAt(id, destinationIds) {
      return (await wasToldAt(read, id, destinationIds)) ? find(id) : undefined
    },
    couldDecide: (id, by, destinationIds) => couldDecide(read, id, { by, destinationIds }, clock.now()),
    pending: (destinationIds, limit) => figures(() => pending(destinationIds, limit)),
    standing: (scope) => figures(() => readStanding(read, scope, clock.now(), options)),
    reviewing: (period, limit) => months(() => readReviewing(read, period, limit, clock.now())),
    pendingByRisk: () => countPendingByRisk(read),
    unreached: () => countUnreached(read),
    waiting: waitingRoom.count,
  }
}
