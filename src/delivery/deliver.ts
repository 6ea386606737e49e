// Carries out one delivery: posts a message, or brings the cards that stand there to the truth.

import type { DeliveryRow, DestinationRow, PostedCardRow } from '../../db/schema.ts'
import type { EventView } from '../events/event.ts'
import { listens } from '../events/fan-out.ts'
import {
  type Destination,
  type Message,
  type Platform,
  type PlatformKind,
  type Posted,
  Undeliverable,
} from '../platforms/platform.ts'
import type { Executor } from '../store/database.ts'
import { hasFinishedDelivery } from '../store/deliveries.ts'
import { findCards } from '../store/posted-cards.ts'

export type Delivered =
  | ({ what: 'posted' } & Posted)
  /**
   * `lost`: cards that can never be redrawn, for example because somebody removed them. `changed`: those that show
   * everything now and did not before, or the other way round.
   */
  | { what: 'redrawn'; lost: { card: PostedCardRow; code: string }[]; changed: PostedCardRow[] }
  /** There is no card to redraw, and a second message is never sent. */
  | { what: 'nothing' }

/** What closes no approval. */
const REDRAWINGS: ReadonlySet<string> = new Set([
  'approval.voted',
  'approval.escalated',
  'approval.reviewers_added',
  'approval.redeemed',
  'approval.revoked',
  'approval.grant_ended',
])

/** Where a delivery goes. */
export interface Place {
  row: DestinationRow
  platform: Platform
  audience: PlatformKind['audience']
  to: Destination
}

/**
 * Always draws from the current state, so that late, repeated or reordered deliveries leave the right card. A
 * platform that cannot redraw is sent each event that its destination listens to. Throws what the platform throws.
 */
export async function deliver(
  db: Executor,
  delivery: DeliveryRow,
  message: Message,
  place: Place,
  now: number,
): Promise<Delivered> {
  const { platform, to } = place
  if (isUnheard(delivery, message, place)) return { what: 'nothing' }
  if (!platform.redraw) return { what: 'posted', ...(await platform.post(message, to)) }
  const cards = await findCards(db, delivery.subject_id, to.id)
  if (cards.length > 0) return { what: 'redrawn', ...(await redrawAll(cards, message, platform, to)) }
  if (isRedrawOnly(message, place) || (await hasFinishedDelivery(db, delivery))) return { what: 'nothing' }
  // A card that nobody can press any more is not worth another try; a redraw is.
  const tooLate = message.kind === 'approval' && Date.parse(message.view.expires_at) <= now
  if (tooLate && delivery.attempts > 0) throw new Undeliverable('message', delivery.last_error ?? 'expired')
  return { what: 'posted', ...(await platform.post(message, to)) }
}

/**
 * Nothing to say here: what follows reaches all that were told, because on other platforms it is the redraw, and its
 * destination does not listen to it.
 */
export function isUnheard(delivery: DeliveryRow, message: Message, place: Place): boolean {
  const { row, platform } = place
  if (platform.redraw) return false
  if (isRedrawOnly(message, place)) return true
  const { kind, event } = message
  const follows = kind === 'approval' ? !message.view.test : event.id !== delivery.subject_id
  return follows && !listens(row, heardIn(event))
}

/** What closes nothing is drawn on the cards that stand; no person is sent a message for it. */
function isRedrawOnly({ event }: Message, { audience }: Place): boolean {
  return REDRAWINGS.has(event.type) && audience === 'people'
}

function heardIn({ type, severity, tool, agent, action }: EventView) {
  // Of an approval the action is its status.
  return { type, severity, tool, agentId: agent?.id ?? null, status: action }
}

async function redrawAll(
  cards: PostedCardRow[],
  message: Message,
  platform: Platform,
  to: Destination,
): Promise<Pick<Extract<Delivered, { what: 'redrawn' }>, 'lost' | 'changed'>> {
  const lost: { card: PostedCardRow; code: string }[] = []
  const changed: PostedCardRow[] = []
  for (const card of cards) {
    try {
      const drawn = await platform.redraw?.(card.handle, { ...message, mention: false }, to)
      const whole = Number(drawn?.whole === true)
      if (whole !== card.whole) changed.push({ ...card, whole })
    } catch (error) {
      if (!(error instanceof Undeliverable && error.what === 'message')) throw error
      lost.push({ card, code: error.code })
    }
  }
  return { lost, changed }
}
