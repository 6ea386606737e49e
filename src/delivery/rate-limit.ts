// Lets a send go only when every limit that it shares with others has room.

import type { Pace } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { takeFrom } from '../store/pace.ts'

/** The first bucket without room, and the milliseconds until there can be some. */
export interface NoRoom {
  bucket: string
  waitMs: number
}

class Refused extends Error {
  readonly where: NoRoom
  constructor(where: NoRoom) {
    super('no room')
    this.where = where
  }
}

/** Takes a turn in every bucket, or in none: then resolves with why. */
export async function takeRoom(db: Database, paces: Pace[], now: number): Promise<NoRoom | undefined> {
  if (paces.length === 0) return undefined
  try {
    await db.transact(async (trx) => {
      for (const { bucket, perSecond, burst = 1 } of paces) {
        const intervalMs = Math.ceil(1000 / perSecond)
        const waitMs = await takeFrom(trx, { name: bucket, intervalMs, burst }, now)
        // What was taken from the others is given back with the transaction.
        if (waitMs > 0) throw new Refused({ bucket, waitMs })
      }
    })
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.where
    throw error
  }
}
