// Acknowledges an alert: the first person who says so, recorded once and told to everybody who was told of it.

import type { AcknowledgementRow } from '../../db/schema.ts'
import { adopt, type ClickedCard, findClickedCard, mend } from '../approvals/clicked-card.ts'
import type { Decide } from '../approvals/desk.ts'
import {
  alreadyAcknowledged,
  type Outcome,
  ok,
  type RefusalCode,
  refused,
  refusedTo,
} from '../approvals/refusals.ts'
import { refusedPress } from '../approvals/refused-press.ts'
import { type Entry, record } from '../audit/append.ts'
import type { Refused } from '../audit/refusals.ts'
import { alertView } from '../events/alert-view.ts'
import { type Alert, emitAbout } from '../events/emit.ts'
import type { EventView } from '../events/event.ts'
import type { Severity } from '../events/severity.ts'
import { type IdempotencyKey, once } from '../idempotency/once.ts'
import { type Actor, findActor, isDisabled, keepActor } from '../identity/accounts.ts'
import { findPerson } from '../identity/persons.ts'
import { nameOf, type Principal, sourceOf, traceOf } from '../identity/principal.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import { isId } from '../kit/ids.ts'
import { findAcknowledgement, insertAcknowledgement } from '../store/acknowledgements.ts'
import type { Database, Executor } from '../store/database.ts'
import { findEvent, type ToldEvent } from '../store/events.ts'
import { together } from '../store/together.ts'

/** Somebody pressed Acknowledge on the card of an alert; without a card a reviewer says so. */
export interface AcknowledgeAlert extends Pick<Decide, 'by' | 'at'> {
  /** Anybody's text. */
  eventId: string
  idempotency?: IdempotencyKey
}

/**
 * One transaction: who and when, the audit row, the event and its deliveries, or nothing. Resolves with the alert as
 * it stands then; whoever was first and asks again is told the same, and others who was first.
 */
export type Acknowledge = (command: AcknowledgeAlert) => Promise<Outcome<EventView>>

/** Lost against another process between reading and writing, the second look finds who was first. */
const MAX_LOOKS = 3

interface Change {
  trx: Executor
  now: number
  publicUrl: string
}

export function createAcknowledge(options: {
  db: Database
  clock: Clock
  publicUrl: string
  /** Told of each press of an account that was refused. */
  onRefused?(refused: Refused): void
}): Acknowledge {
  const { db, clock, publicUrl } = options
  return async (command) => {
    const outcome = await db.transact((trx) => acknowledgeOnce({ trx, now: clock.now(), publicUrl }, command))
    db.signals.publish('deliveries', '')
    const refused = !outcome.ok && refusedPress(command, command.eventId, 'evt', outcome.refusal.code)
    if (refused) options.onRefused?.(refused)
    return outcome
  }
}

async function acknowledgeOnce(change: Change, command: AcknowledgeAlert): Promise<Outcome<EventView>> {
  const { eventId, idempotency } = command
  if (!isId(eventId, 'evt')) return refused('event_not_found')
  const asked = idempotency && { ...idempotency, operation: 'acknowledgeEvent', request: { eventId } }
  return once(change, asked, eventId, {
    first: () => acknowledge(change, command),
    again: async (id) => {
      const alert = await findEvent(change.trx, id)
      return alert ? ok(alertView(alert, change.publicUrl)) : refused('event_not_found')
    },
    reused: refused('idempotency_key_reused'),
  })
}

async function acknowledge(change: Change, command: AcknowledgeAlert): Promise<Outcome<EventView>> {
  const { trx, publicUrl } = change
  const { eventId, by, at } = command
  for (let look = 0; look < MAX_LOOKS; look++) {
    const [earlier, alert, card, actor] = await together(
      trx,
      // Before the alert, which then names whom this finds.
      () => findAcknowledgement(trx, eventId),
      () => findEvent(trx, eventId),
      () => findClickedCard(trx, eventId, at),
      () => findActor(trx, by),
    )
    if (!alert || alert.approval_id !== null || alert.about !== null) return refused('event_not_found')
    if (earlier) {
      if (card) await mend(change, eventId, card)
      const isTheirs = actor !== undefined && (await isFirst(trx, actor, earlier))
      return isTheirs ? ok(alertView(alert, publicUrl)) : alreadyAcknowledged(earlier.name)
    }
    const refusal = await refuse(trx, { by, actor, card, isClick: at !== undefined })
    if (refusal) return refusedTo(by.standing, refusal)
    const acknowledged = await recordFirst(change, alert, command, { card, actor })
    // Lost against another process between reading and writing: look again, somebody was first now.
    if (acknowledged) return ok(alertView(acknowledged, publicUrl))
  }
  throw new Error(`an acknowledgement of ${eventId} was overtaken ${MAX_LOOKS} times`)
}

/** By whichever of their accounts. */
async function isFirst(db: Executor, actor: NonNullable<Actor>, first: AcknowledgementRow): Promise<boolean> {
  return (await findPerson(db, actor)).rows.some(({ id }) => id === first.person_id)
}

/** undefined when they may: a full member who clicked a card that counts, or without one a reviewer. */
async function refuse(
  db: Executor,
  asked: { by: Principal; actor: Actor; card: ClickedCard | undefined; isClick: boolean },
): Promise<RefusalCode | undefined> {
  const { by, actor, card, isClick } = asked
  if (card?.refusal) return card.refusal
  if (by.standing === 'unknown') return 'reviewer_unverified'
  if (by.standing !== 'member') return 'not_a_member'
  if (await isDisabled(db, by, actor)) return 'reviewer_disabled'
  if (isClick) return card ? undefined : 'not_a_member'
  const isReviewer = actor !== undefined && (await findPerson(db, actor)).roles.has('reviewer')
  return isReviewer ? undefined : 'not_a_member'
}

/** undefined, and nobody told, when somebody else was first, or who acts was disabled meanwhile. */
async function recordFirst(
  change: Change,
  alert: ToldEvent,
  { by }: AcknowledgeAlert,
  { card, actor }: { card: ClickedCard | undefined; actor: Actor },
): Promise<ToldEvent | undefined> {
  const { trx, now } = change
  const kept = await keepActor(trx, by, actor, now)
  if (!kept) return undefined
  const first: AcknowledgementRow = {
    event_id: alert.id,
    person_id: kept.rowId,
    name: nameOf(by),
    source: sourceOf(by),
    acknowledged_at: now,
  }
  if (!(await insertAcknowledgement(trx, first))) return undefined
  if (card) await adopt(change, alert.id, card)
  const told = { aboutId: alert.id, first: card?.destinationId, isTest: alert.is_test === 1 }
  await together(
    trx,
    () => record(trx, entryOf(alert, first, by, card)),
    () => emitAbout(trx, newsOf(alert, first), now, told),
  )
  return { ...alert, acknowledged_by: first.name, acknowledged_via: first.source, acknowledged_at: now }
}

function entryOf(
  { id, type }: ToldEvent,
  first: AcknowledgementRow,
  by: Principal,
  card: ClickedCard | undefined,
): Entry {
  return {
    at: first.acknowledged_at,
    action: 'event.acknowledged',
    subject: id,
    facts: {
      type,
      reviewer: { id: first.person_id, ...traceOf(by) },
      source: first.source,
      card: card ? { destination_id: card.destinationId, handle: card.handle } : null,
    },
    personal: { reviewer_name: first.name },
  }
}

function newsOf(alert: ToldEvent, { name, source, acknowledged_at }: AcknowledgementRow): Alert {
  const { agent_id, agent_name, tool, environment, summary, severity } = alert
  return {
    type: 'event.acknowledged',
    severity: severity as Severity,
    agent: agent_id === null ? null : { id: agent_id, name: agent_name ?? agent_id },
    tool,
    environment,
    summary: `${name} acknowledged: ${summary ?? ''}`,
    action: 'acknowledged',
    data: {
      event_id: alert.id,
      type: alert.type,
      acknowledged_by: name,
      source,
      acknowledged_at: isoTime(acknowledged_at),
    },
    keyId: alert.key_id,
    keyName: alert.key_name,
  }
}
