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
import { createStep, takeAll } from './due-steps.ts'
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
  /** Told of each approval with which something that was due failed; it is tried again later. absent: it is thrown. */
  onFailed?(error: unknown, approvalId: string): void
  /** Told of each press of an account that was refused. */
  onRefused?(refused: Refused): void
}

/** The longest due first. */
type Find<Item> = (db: Executor, now: number, limit: number) => Promise<Item[]>

function dueBy(what: Parameters<typeof findDue>[1]): Find<{ id: string }> {
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

  const stepping = { clock, transact: change, onFailed: options.onFailed }

  /** With all for which it is due by then. */
  function due<Item extends { id: string }>(
    find: Find<Item>,
    act: (change: Change, item: Item) => Promise<boolean>,
    by = clock.now,
  ): () => Promise<number> {
    const step = createStep(stepping, act)
    return () => takeAll((limit) => find(db.read, by(), limit), step)
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
    expireDue: due(findOverdue, async (work, approval) => (await expire(work, approval)) !== undefined),
    expireRestored: due(
      findOverdue,
      async (work, approval) => (await expireRestored(work, approval)) !== undefined,
      () => Number.MAX_SAFE_INTEGER,
    ),
    escalateDue: due(dueBy('escalate_at'), escalate),
    remindDue: due(dueBy('remind_at'), remind),
    tellGrantEnds: due(findGrantEnds, tellGrantEnded),
    revokeRestored: due(findLiveGrants, revokeRestored),
    noticeUnreached: createUnreachedSweep({ ...options, ...stepping }),
  }
}
