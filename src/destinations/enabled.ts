// Lists the destinations that may be clicked at right now, kept opened until one changes.

import type { Destination } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { findEnabledDestinations } from '../store/destinations.ts'
import type { SealedConfigs } from './sealed-config.ts'

/** A signal from another process may be lost with its connection: so old is what is kept at most. */
const KEPT_MS = 2_000

/** The enabled destinations by platform, opened. */
export function enabledDestinations(
  db: Database,
  configs: SealedConfigs,
): (channelType: string) => Promise<Destination[]> {
  let kept: Promise<Map<string, Destination[]>> | undefined
  let keptUntil = 0
  db.signals.subscribe('destinations', () => {
    kept = undefined
  })

  async function read(): Promise<Map<string, Destination[]>> {
    const byType = Map.groupBy(await findEnabledDestinations(db.read), (row) => row.channel_type)
    return new Map([...byType].map(([channelType, rows]) => [channelType, rows.map(configs.open)]))
  }

  return async (channelType) => {
    if (!kept || performance.now() > keptUntil) {
      kept = read()
      keptUntil = performance.now() + KEPT_MS
    }
    try {
      return (await kept).get(channelType) ?? []
    } catch (error) {
      kept = undefined
      throw error
    }
  }
}
