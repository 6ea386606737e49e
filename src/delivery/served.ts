// Knows a destination while a sender has it: its place, its settings, its limits and whose turn it is there.

import type { DestinationRow } from '../../db/schema.ts'
import { type DestinationSettings, settingsOf } from '../events/settings.ts'
import type { Pace } from '../platforms/platform.ts'
import type { Batching } from './batching.ts'
import type { Place } from './deliver.ts'
import type { Health } from './end.ts'
import type { Lease, Leases } from './lease.ts'
import { NO_QUEUE, type Queue } from './queue.ts'
import type { RequesterLimit } from './requester-limit.ts'
import { type Turns, turnsOf } from './turns.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Less than a lease is longer than a send (`DELIVERY_LEASE_SECONDS`): what begins now ends within it. */
const RENEW_AFTER_MS = 5_000

export interface ServeOptions extends WorkerOptions {
  leases: Leases
  requesters: RequesterLimit
  /** false: nothing new is sent. */
  isRunning(): boolean
  /** Told before each send, or each of those that go at once. */
  onBegin(): void
}

export interface Served {
  lease: Lease
  leaseUntil: number
  place: Place
  batching: Batching & { kind: WorkerOptions['kinds'][number] }
  /** As it was at the last look. */
  queue: Queue
  paces: Pace[]
  /** Of alerts, as people set it. */
  rate: Pace[]
  /** Sends at once. */
  atOnce: number
  turns: Turns
  health: Health
}

export function servedFrom(row: DestinationRow, lease: Lease, options: ServeOptions): Served {
  const platform = options.platforms.get(row.channel_type)
  const kind = options.kinds.find(({ name }) => name === row.channel_type)
  if (!platform || !kind) throw new Error(`no platform for channel_type ${row.channel_type}`)
  const place: Place = { row, platform, audience: kind.audience, to: options.open(row) }
  const settings = settingsOf(row.settings)
  const paces = kind.pace(place.to.config)
  const rate = rateOf(row.id, settings)
  return {
    lease,
    leaseUntil: row.lease_until,
    place,
    batching: { settings, kind, platform },
    queue: NO_QUEUE,
    paces,
    rate,
    atOnce: paces.length + rate.length === 0 ? (kind.parallel ?? 1) : 1,
    turns: turnsOf(row.turns),
    health: { trouble_since: row.trouble_since, misconfigured: row.misconfigured, slow: row.slow },
  }
}

function rateOf(destinationId: string, { rate_per_minute }: DestinationSettings): Pace[] {
  return rate_per_minute === null
    ? []
    : [{ bucket: `alerts:${destinationId}`, perSecond: rate_per_minute / 60 }]
}

/** Renews the lease where a send could outlast it. Resolves false when it is lost. */
export async function keepLease(served: Served, { leases, leaseMs, clock }: ServeOptions): Promise<boolean> {
  const leftMs = served.leaseUntil - clock.now()
  // More than it can be: the clock was set back meanwhile.
  if (leftMs >= leaseMs - RENEW_AFTER_MS && leftMs <= leaseMs) return true
  served.leaseUntil = clock.now() + leaseMs
  return leases.renew(served.lease, served.leaseUntil)
}
