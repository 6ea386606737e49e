// Opens the desk itself for a test, without HTTP: one process's worth of it on a database, and short words.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import type { DestinationRow } from '../../db/schema.ts'
import { createDesk } from '../../src/approvals/create-desk.ts'
import type { ApprovalDesk, Decide, RequestApproval } from '../../src/approvals/desk.ts'
import { createQueries, type Queries } from '../../src/approvals/queries.ts'
import type { ApprovalView, Verdict } from '../../src/approvals/view.ts'
import { openWaitingRoom } from '../../src/approvals/waiting-room.ts'
import type { Alert } from '../../src/events/emit.ts'
import type { EventView } from '../../src/events/event.ts'
import type { Intake } from '../../src/events/intake.ts'
import type { Limits } from '../../src/identity/limits.ts'
import { type Account, accountPrincipal, type Principal } from '../../src/identity/principal.ts'
import type { Clock } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { wasTold } from '../../src/store/deliveries.ts'
import { insertDestination, UNSERVED } from '../../src/store/destinations.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { rememberCard } from '../../src/store/posted-cards.ts'

export const silent = pino({ level: 'silent' })
export const OWNER = 'key_of_the_agent'
export const UNREACHED_AFTER_MS = 60_000
/** Larger than any test asks. */
export const LIMITS: Limits = {
  requests_per_minute: 1_000_000,
  events_per_minute: 1_000_000,
  pending_approvals: 1_000_000,
  concurrent_requests: 1_000_000,
  waits: 1_000_000,
}
/** What a desk needs beside its database and a clock. */
export const DESK = {
  publicUrl: 'http://countersign.test',
  reviewable: ['scripted'],
  tellable: ['scripted'],
  unplaced: ['machine'],
  unreachedAfterMs: UNREACHED_AFTER_MS,
  secretKey: Buffer.alloc(32, 7),
}

export interface Office {
  db: Database
  /** Whatever card is pressed counts as one that we posted whole. */
  desk: ApprovalDesk
  /** The desk itself, which knows only of cards that were posted. */
  strictDesk: ApprovalDesk
  queries: Queries
  /** A destination of the platform `scripted`; returns its id. */
  destination(wanted?: Partial<DestinationRow>): Promise<string>
  /** Asks for something that nobody asked before, with whatever differs. */
  ask(wanted?: Partial<RequestApproval>): Promise<ApprovalView>
  close(): Promise<void>
}

export async function openOffice(url: string, clock: Clock): Promise<Office> {
  const db = await openDatabase(url, { as: 'server', log: silent })
  const waitingRoom = openWaitingRoom(db)
  const strictDesk = createDesk({ db, clock, ...DESK })
  return {
    db,
    desk: wholeCards(db, strictDesk),
    strictDesk,
    queries: createQueries({ db, clock, ...DESK, waitingRoom }),
    async destination(wanted = {}) {
      const id = newId('dst')
      const row: DestinationRow = {
        id,
        channel_type: 'scripted',
        name: 'a place',
        config: '{}',
        sealed_secrets: '',
        events: null,
        min_severity: 'info',
        tools: null,
        agents: null,
        settings: null,
        retry_policy: null,
        enabled: 1,
        disabled_reason: null,
        deleted_at: null,
        created_at: clock.now(),
        updated_at: clock.now(),
        ...UNSERVED,
        ...wanted,
      }
      await db.transact((trx) => insertDestination(trx, row))
      return id
    },
    async ask(wanted = {}) {
      const outcome = await strictDesk.request(asking(wanted))
      if (!outcome.ok) throw new Error(outcome.refusal.code)
      return outcome.value.approval
    },
    async close() {
      waitingRoom.close()
      await db.close()
    },
  }
}

/** Remembers the card that is pressed, as if it had been posted there, before it is decided on. */
export function wholeCards(db: Database, desk: ApprovalDesk): ApprovalDesk {
  return {
    ...desk,
    async decide(command) {
      const { approvalId, at } = command
      for (const destination_id of at?.destinationIds ?? []) {
        await db.transact(async (trx) => {
          if (!(await wasTold(trx, approvalId, destination_id))) return
          const card = { destination_id, handle: at?.handle ?? '', subject_id: approvalId }
          await rememberCard(trx, { ...card, posted_at: 0, whole: 1 })
        })
      }
      return desk.decide(command)
    },
  }
}

export function asking(wanted: Partial<RequestApproval> = {}): RequestApproval {
  return {
    ownerKeyId: OWNER,
    ownerKeyName: 'Refund key',
    agent: { id: 'agent-1', name: 'Refund agent' },
    action: {
      tool: 'stripe.refund',
      summary: 'Refund an order',
      arguments: { order: randomBytes(6).toString('hex') },
    },
    reasons: [],
    risk: { level: 'medium', score: null },
    expiresInSeconds: 3600,
    metadata: {},
    ...wanted,
  }
}

/** A full member; `told`: what else the platform says of the account. */
export function member(userId: string, told: Partial<Account> = {}): Principal {
  const account = { platform: 'scripted', tenant: 'T1', userId, name: `Reviewer ${userId}` }
  return accountPrincipal({ ...account, ...told }, 'member')
}

/** A member's press of a button on a card that stands at `destinationId`. */
export function press(
  approval: Pick<ApprovalView, 'id'>,
  destinationId: string,
  userId: string,
  verdict: Verdict,
  wanted: Partial<Decide> = {},
): Decide {
  return {
    approvalId: approval.id,
    verdict,
    by: member(userId),
    at: { destinationIds: [destinationId], handle: `card of ${approval.id}` },
    interactionId: newId('press'),
    ...wanted,
  }
}

/** As an agent that sends no Idempotency-Key. */
export async function taken(intake: Intake, alerts: Alert[]): Promise<EventView[]> {
  const outcome = await intake.take(alerts)
  if (!outcome.ok) throw new Error('there was no key to be used again')
  return outcome.events
}

/** What is on record about an approval, in the words of the tables. */
export async function recordOf(db: Database, approvalId: string) {
  const events = await db.read
    .selectFrom('events')
    .selectAll()
    .where('approval_id', '=', approvalId)
    .execute()
  const typeOf = new Map(events.map((event) => [event.id, event.type]))
  const deliveries = await db.read
    .selectFrom('deliveries')
    .selectAll()
    .where('subject_id', '=', approvalId)
    .orderBy('id')
    .execute()
  const audit = await db.read.selectFrom('audit').selectAll().where('subject', '=', approvalId).execute()
  const decisions = await db.read
    .selectFrom('decisions')
    .selectAll()
    .where('approval_id', '=', approvalId)
    .execute()
  return {
    approval: await db.read
      .selectFrom('approvals')
      .selectAll()
      .where('id', '=', approvalId)
      .executeTakeFirstOrThrow(),
    decisions,
    audit: audit.map((row) => row.action).sort(),
    events: events.map((event) => event.type).sort(),
    deliveries: deliveries.map((row) => ({ ...row, type: typeOf.get(row.event_id) })),
  }
}
