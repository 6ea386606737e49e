// Packs a destination's due deliveries into batches by its settings: what goes out together, and what waits.

import type { DeliveryRow } from '../../db/schema.ts'
import { quietUntil } from '../destinations/settings.ts'
import type { DestinationSettings } from '../events/settings.ts'
import type { Platform, PlatformKind } from '../platforms/platform.ts'
import type { ToldEvent } from '../store/events.ts'

export interface Due {
  delivery: DeliveryRow
  event: ToldEvent
  /** What its message is about: the alert, where the event is that somebody sees to it and the card can change. */
  shown: ToldEvent
  /** JSON: how often that alert came, where the destination counts. */
  repeated: string | null
}

/** One message's worth: more than one delivery is a digest. */
export interface Batch {
  due: Due[]
  /** Counts against the rate of the destination. */
  isAlert: boolean
}

/** Not to be sent before, and nothing is spent by that. */
export interface Held {
  due: Due[]
  until: number
}

export interface Batching {
  settings: DestinationSettings
  kind: Pick<PlatformKind, 'batch' | 'orderKey'>
  platform: Pick<Platform, 'digest' | 'redraw'>
}

/** A digest settles in one transaction. */
const MOST_IN_DIGEST = 1_000

/** How many due deliveries `toBatches` should see, where `usual` is what can be sent one by one. */
export function alertsAtOnce({ settings, kind, platform }: Batching, usual: number): number {
  if (kind.batch !== undefined) return kind.batch
  const { digest_after, quiet_hours_start } = settings
  return platform.digest && (digest_after !== null || quiet_hours_start !== null) ? MOST_IN_DIGEST : usual
}

/** Approvals first: agents wait for them. Whatever was given is in one of the two. */
export function toBatches(
  due: Due[],
  batching: Batching,
  now: number,
): { batches: Batch[]; held: Held | undefined } {
  const { settings, kind, platform } = batching
  // A test is awaited, as an approval is, and a redraw calls nobody.
  const isAlert = ({ event }: Due) =>
    event.approval_id === null && event.is_test !== 1 && (event.about === null || !platform.redraw)
  const until = quietUntil(settings, now)
  const waits = (one: Due) => until !== undefined && isAlert(one) && !isWorst(one)
  const [asleep, awake] = split(due, waits)
  const [alerts, rest] = split(awake, isAlert)
  return {
    held: until === undefined || asleep.length === 0 ? undefined : { due: asleep, until },
    batches:
      kind.batch === undefined
        ? [...rest.map((one) => ({ due: [one], isAlert: false })), ...batchesOf(alerts, batching)]
        : [{ due: awake, isAlert: alerts.length > 0 }].filter((batch) => batch.due.length > 0),
  }
}

/** The worst first, unless an order was promised. */
function batchesOf(alerts: Due[], { settings, kind, platform }: Batching): Batch[] {
  const { digest_after } = settings
  const single = (one: Due): Batch => ({ due: [one], isAlert: true })
  const together = (many: Due[]): Batch[] =>
    many.length > 1 ? [{ due: many, isAlert: true }] : many.map(single)
  if (platform.digest && digest_after !== null && alerts.length > digest_after) return together(alerts)
  const [worst, others] = kind.orderKey ? [[], alerts] : split(alerts, isWorst)
  const [slept, fresh] = platform.digest
    ? split(others, ({ event }) => quietUntil(settings, event.created_at) !== undefined)
    : [[], others]
  return [...worst.map(single), ...together(slept), ...fresh.map(single)]
}

function isWorst({ event }: Due): boolean {
  return event.severity === 'critical'
}

export function split<T>(all: T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}
