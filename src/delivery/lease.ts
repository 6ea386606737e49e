// Holds a destination for one sender: what it changes there counts only while its lease lasts.

import type { DeliveryRow, DestinationRow } from '../../db/schema.ts'
import type { Database } from '../store/database.ts'
import { postpone } from '../store/due.ts'
import { lockSettings, releaseDestination, updateLeased } from '../store/leases.ts'
import { chunks } from './chunks.ts'
import type { Health } from './end.ts'

/** One sender's hold on one destination. */
export interface Lease {
  id: string
  destinationId: string
  /** As they were when it began. */
  settings: string | null
}

type Released = Omit<Health, 'misconfigured'> & { misconfigured?: null } & Pick<DestinationRow, 'turns'>

/** Each resolves false, and nothing happens, when the lease is lost. */
export interface Leases {
  /** The destination takes nothing before. */
  cool(lease: Lease, until: number): Promise<boolean>
  /** Not to be sent before, and no attempt is spent. Nothing happens either once the settings are others. */
  hold(lease: Lease, deliveries: DeliveryRow[], until: number): Promise<boolean>
  renew(lease: Lease, until: number): Promise<boolean>
  /** With whose turn it was and how the place is. */
  release(lease: Lease, known: Released): Promise<boolean>
}

export function openLeases(db: Database): Leases {
  const update = (lease: Lease, change: Parameters<typeof updateLeased>[3]) =>
    db.transact((trx) => updateLeased(trx, lease.destinationId, lease.id, change))

  return {
    cool: (lease, until) => update(lease, { cool_until: until }),
    hold: (lease, deliveries, until) =>
      db.transact(async (trx) => {
        if (!(await lockSettings(trx, lease))) return false
        for (const some of chunks(deliveries)) await postpone(trx, some, lease, until)
        return true
      }),
    renew: (lease, until) => update(lease, { lease_until: until }),
    release: (lease, known) =>
      db.transact((trx) => releaseDestination(trx, lease.destinationId, lease.id, known)),
  }
}
