// Opens the platforms on the domain, and the worker that sends to them.

import type { Config } from '../config/config.ts'
import type { SendResult } from '../delivery/end.ts'
import { createWorker } from '../delivery/worker.ts'
import { renameTenant } from '../identity/tenants.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import type { Platform, PlatformKind } from '../platforms/platform.ts'
import { platformState, writeState } from '../store/platform-state.ts'
import type { Domain } from './domain.ts'

export interface Platforms {
  byName: Map<string, Platform>
  /** From now on what is due is sent. */
  start(): Promise<void>
  /** Resolves when the sends under way have ended. */
  close(): Promise<void>
}

export interface PlatformsOptions {
  config: Config
  kinds: PlatformKind[]
  domain: Domain
  clock: Clock
  log: Logger
  onSent(channelType: string, result: SendResult, code: string | null): void
}

export async function openPlatforms(options: PlatformsOptions): Promise<Platforms> {
  const { config, kinds, domain, clock, log, onSent } = options
  const byName = new Map<string, Platform>()
  for (const kind of kinds) byName.set(kind.name, await openPlatform(kind, options))
  const worker = createWorker({
    db: domain.db,
    kinds,
    platforms: byName,
    publicUrl: config.publicUrl,
    onMoved: domain.destinations.moved,
    open: domain.destinations.open,
    findView: domain.queries.find,
    leaseMs: config.deliveryLeaseMs,
    unreachedAfterMs: config.unreachedAfterMs,
    onSent,
    clock,
    log,
  })
  return { byName, start: worker.start, close: worker.stop }
}

async function openPlatform(kind: PlatformKind, { domain, log, clock }: PlatformsOptions): Promise<Platform> {
  const { db, desk, commands, acknowledge, destinations } = domain
  return kind.create({
    desk,
    commands,
    acknowledge,
    state: platformState(db, kind.name),
    destinations: () => destinations.openAll(kind.name),
    knownDestinations: () => destinations.openKnown(kind.name),
    renameTenant: (names, { key, value }) =>
      db.transact(async (trx) => {
        await renameTenant(trx, { platform: kind.name, ...names }, clock.now())
        await writeState(trx, kind.name, key, JSON.stringify(value))
      }),
    disable: destinations.disable,
    log: log.child({ platform: kind.name }),
    clock,
  })
}
