// Opens the platforms on the domain, and the worker that sends to them.

import type { Config } from '../config/config.ts'
import type { SendResult } from '../delivery/end.ts'
import { createWorker } from '../delivery/worker.ts'
import { createExternalGroups, type ExternalGroups } from '../destinations/external-groups.ts'
import { findContacts } from '../identity/group-people.ts'
import { renameTenant } from '../identity/tenants.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import { startSweeper } from '../kit/sweeper.ts'
import type { Platform, PlatformKind } from '../platforms/platform.ts'
import { platformState, writeState } from '../store/platform-state.ts'
import type { Domain } from './domain.ts'

export interface Platforms {
  byName: Map<string, Platform>
  externalGroups: ExternalGroups
  /** From now on what is due is sent, and asked. */
  start(): Promise<void>
  /** Resolves when the sends and questions under way have ended. */
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
    findContacts: (personId) => findContacts(domain.db.read, personId),
    leaseMs: config.deliveryLeaseMs,
    unreachedAfterMs: config.unreachedAfterMs,
    onSent,
    clock,
    log,
  })
  const { db, destinations } = domain
  const externalGroups = createExternalGroups({ db, open: destinations.open, platforms: byName, clock, log })
  let stopAsking: (() => Promise<void>) | undefined

  return {
    byName,
    externalGroups,
    start() {
      // Apart from what is due in the domain, which waits for no platform.
      stopAsking = startSweeper([externalGroups.refresh], log)
      return worker.start()
    },
    async close() {
      await Promise.all([stopAsking?.(), worker.stop()])
    },
  }
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
