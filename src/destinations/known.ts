// Lists the destinations where cards may stand, kept opened until one changes.

import type { DestinationRow } from '../../db/schema.ts'
import type { Destination } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { findKnownDestinations } from '../store/destinations.ts'
import type { SealedConfigs } from './sealed-config.ts'

/** A signal from another process may be lost with its connection: so old is what is kept at most. */
const KEPT_MS = 2_000

/** All but the forgotten ones by platform, opened. Whether a card there still counts is the desk's to say. */
export function knownDestinations(
  db: Database,
  configs: SealedConfigs,
): (channelType: string) => Promise<Destination[]> {
  let kept: Promise<Map<string, Destination[]>> | undefined
  let keptUntil = 0
  db.signals.subscribe('destinations', () => {
    kept = undefined
  })

  function opened(row: DestinationRow): Destination[] {
    try {
      return [configs.open(row)]
    } catch (error) {
      // Switched off it holds up no other; what is pressed there has no signature that could be checked.
      if (row.enabled === 1) throw error
      return []
    }
  }

  async function read(): Promise<Map<string, Destination[]>> {
    const byType = Map.groupBy(await findKnownDestinations(db.read), (row) => row.channel_type)
    return new Map([...byType].map(([channelType, rows]) => [channelType, rows.flatMap(opened)]))
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
