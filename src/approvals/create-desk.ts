// Builds the desk: puts each command into one transaction, and wakes those who wait once it is durable.

import type { DecisionRow } from '../../db/schema.ts'
import type { Refused } from '../audit/refusals.ts'
import { createIssueReceipt } from '../grants/receipt.ts'
import type { Clock } from '../kit/clock.ts'
import { findOverdue } from '../store/approvals.ts'
import type { Database, Executor } from '../store/database.ts'
import { findDue } from '../store/due-approvals.ts'
import { pendingLimit } from '../store/pending-limit.ts'
import { findGrantEnds, findLiveGrants } from '../store/redemptions.ts'
import type { Change } from './change.ts'
import type { ViewOptions } from './compose-view.ts'
import { decide } from './decide.ts'
import type { ApprovalDesk, Decide } from './desk.ts'
import { revokeRestored, tellGrantEnded } from './end-grant.ts'
import { escalate } from './escalate.ts'
import { expire, expireRestored } from './expire.ts'
import { open } from './open.ts'
import { redeem } from './redeem.ts'
import type { Outcome } from './refusals.ts'
import { refusedPress } from './refused-press.ts'
import { remind } from './remind.ts'
import { repeatable } from './repeatable.ts'
import { request } from './request.ts'
import { revoke } from './revoke.ts'
import { createUnreachedSweep } from './unreached.ts'
import type { ApprovalView } from './view.ts'
import { withdraw } from './withdraw.ts'

/** So many overdue approvals expire in one transaction: a long list must not hold up the clicks. */
const EXPIRY_BATCH = 50

/** So many are escalated, reminded of, or told of the end of their grant, in one transaction. */
const DUE_BATCH = 50

const decideOnce = repeatable('decideApproval', decide, ({ approvalId, verdict, note = null }) => ({
  approvalId,
  verdict,
  note,
}))
const withdrawOnce = repeatable('withdrawApproval', withdraw, ({ approvalId, reason = null }) => ({
  approvalId,
  reason,
}))
const revokeOnce = repeatable('revokeApproval', revoke, ({ approvalId, reason = null }) => ({
  approvalId,
  reason,
}))

export interface DeskOptions extends ViewOptions {
  db: Database
  clock: Clock
  /** Opens the keys that sign receipts. */
  secretKey: Buffer
  /** So long a destination of people has to take a card. */
  unreachedAfterMs: number
  /** The channel types where one person alone can be told. */
  tellable: readonly string[]
  /** Told of each approval that closes, once that is durable and before anybody else hears of it. */
  onClosed?(approval: ApprovalView): void
  /** Told of each recorded vote, once that is durable, with the approval as it stands by it. */
  onVoted?(approval: ApprovalView, vote: DecisionRow): void
  /** Told of each redemption, once that is durable. */
  onRedeemed?(by: Change['redeemed'][number]): void
  /** Told of each press of an account that was refused. */
  onRefused?(refused: Refused): void
}

/** Ids, the longest due first. */
type Find = (db: Executor, now: number, limit: number) => Promise<string[]>

function dueBy(what: Parameters<typeof findDue>[1]): Find {
  return (db, now, limit) => findDue(db, what, now, limit)
}

export function createDesk(options: DeskOptions): ApprovalDesk {
  const { db, clock, publicUrl, reviewable, tellable, onClosed, onVoted } = options
  const isFull = pendingLimit(db)
  const issueReceipt = createIssueReceipt(options.secretKey)

  async function change<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const closed: Change['closed'] = []
    const voted: Change['voted'] = []
    const unreached: string[] = []
    const redeemed: Change['redeemed'] = []
    const result = await db.transact((trx) =>
      work({
        trx,
        now: clock.now(),
        clock,
        publicUrl,
        reviewable,
        tellable,
        issueReceipt,
        closed,
        voted,
        unreached,
        redeemed,
      }),
    )
    for (const approval of closed) onClosed?.(approval)
    for (const { view, vote } of voted) onVoted?.(view, vote)
    for (const by of redeemed) options.onRedeemed?.(by)
    for (const id of [...closed.map((approval) => approval.id), ...unreached]) {
      db.signals.publish('approvals', id)
    }
    db.signals.publish('deliveries', '')
    return result
  }

  function traced(press: Pick<Decide, 'approvalId' | 'by' | 'at'>, outcome: Outcome<ApprovalView>) {
    const refused = !outcome.ok && refusedPress(press, press.approvalId, 'apr', outcome.refusal.code)
    if (refused) options.onRefused?.(refused)
    return outcome
  }

  /** All for which it is due now. */
  async function eachDue(find: Find, act: typeof escalate): Promise<number> {
    let done = 0
    for (;;) {
      const ids = await find(db.read, clock.now(), DUE_BATCH)
      if (ids.length === 0) return done
      await change(async (work) => {
        for (const id of ids) await act(work, id)
      })
      done += ids.length
    }
  }

  /** All that would be overdue by then. */
  async function expireAll(by: () => number, close: typeof expire): Promise<number> {
    let expired = 0
    for (;;) {
      const overdue = await findOverdue(db.read, by(), EXPIRY_BATCH)
      if (overdue.length === 0) return expired
      const closed = await change(async (work) => {
        for (const approval of overdue) await close(work, approval)
        return work.closed.length
      })
      if (closed === 0) return expired
      expired += closed
    }
  }

  return {
    request: (command) => change((work) => request(work, command, isFull)),
    async decide(command) {
      return traced(command, await change((work) => decideOnce(work, command)))
    },
    async open(command) {
      return traced(command, await change((work) => open(work, command)))
    },
    redeem: (command) => change((work) => redeem(work, command)),
    revoke: (command) => change((work) => revokeOnce(work, command)),
    withdraw: (command) => change((work) => withdrawOnce(work, command)),
    expireDue: () => expireAll(clock.now, expire),
    expireRestored: () => expireAll(() => Number.MAX_SAFE_INTEGER, expireRestored),
    escalateDue: () => eachDue(dueBy('escalate_at'), escalate),
    remindDue: () => eachDue(dueBy('remind_at'), remind),
    tellGrantEnds: () => eachDue(findGrantEnds, tellGrantEnded),
    revokeRestored: () => eachDue(findLiveGrants, revokeRestored),
    noticeUnreached: createUnreachedSweep(options, change),
  }
}
