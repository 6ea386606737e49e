// Builds the desk: puts each command into one transaction, and wakes those who wait once it is durable.

import type { DecisionRow } from '../../db/schema.ts'
import type { Refused } from '../audit/refusals.ts'
import type { Clock } from '../kit/clock.ts'
import { findOverdue } from '../store/approvals.ts'
import type { Database } from '../store/database.ts'
import { findDue } from '../store/due-approvals.ts'
import { pendingLimit } from '../store/pending-limit.ts'
import type { Change } from './change.ts'
import type { ViewOptions } from './compose-view.ts'
import { decide } from './decide.ts'
import type { ApprovalDesk, Decide } from './desk.ts'
import { escalate } from './escalate.ts'
import { expire, expireRestored } from './expire.ts'
import { open } from './open.ts'
import type { Outcome } from './refusals.ts'
import { refusedPress } from './refused-press.ts'
import { remind } from './remind.ts'
import { repeatable } from './repeatable.ts'
import { request } from './request.ts'
import { createUnreachedSweep } from './unreached.ts'
import type { ApprovalView } from './view.ts'
import { withdraw } from './withdraw.ts'

/** So many overdue approvals expire in one transaction: a long list must not hold up the clicks. */
const EXPIRY_BATCH = 50

/** So many are escalated, or reminded of, in one transaction. */
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

export interface DeskOptions extends ViewOptions {
  db: Database
  clock: Clock
  /** So long a destination of people has to take a card. */
  unreachedAfterMs: number
  /** The channel types where one person alone can be told. */
  tellable: readonly string[]
  /** Told of each approval that closes, once that is durable and before anybody else hears of it. */
  onClosed?(approval: ApprovalView): void
  /** Told of each recorded vote, once that is durable, with the approval as it stands by it. */
  onVoted?(approval: ApprovalView, vote: DecisionRow): void
  /** Told of each press of an account that was refused. */
  onRefused?(refused: Refused): void
}

export function createDesk(options: DeskOptions): ApprovalDesk {
  const { db, clock, publicUrl, reviewable, tellable, onClosed, onVoted } = options
  const isFull = pendingLimit(db)

  async function change<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const closed: Change['closed'] = []
    const voted: Change['voted'] = []
    const unreached: string[] = []
    const result = await db.transact((trx) =>
      work({ trx, now: clock.now(), clock, publicUrl, reviewable, tellable, closed, voted, unreached }),
    )
    for (const approval of closed) onClosed?.(approval)
    for (const { view, vote } of voted) onVoted?.(view, vote)
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
  async function eachDue(what: Parameters<typeof findDue>[1], act: typeof escalate): Promise<number> {
    let done = 0
    for (;;) {
      const ids = await findDue(db.read, what, clock.now(), DUE_BATCH)
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
    withdraw: (command) => change((work) => withdrawOnce(work, command)),
    expireDue: () => expireAll(clock.now, expire),
    expireRestored: () => expireAll(() => Number.MAX_SAFE_INTEGER, expireRestored),
    escalateDue: () => eachDue('escalate_at', escalate),
    remindDue: () => eachDue('remind_at', remind),
    noticeUnreached: createUnreachedSweep(options, change),
  }
}
