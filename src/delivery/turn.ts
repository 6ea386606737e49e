// May a send go now? Only when every limit that it shares with others has room.

import type { Pace } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import { takeFrom } from '../store/pace.ts'

class NoRoom extends Error {
  readonly waitMs: number
  constructor(waitMs: number) {
    super('no room')
    this.waitMs = waitMs
  }
}

/** Takes a turn in every bucket, or in none: then resolves with the milliseconds to wait, otherwise with 0. */
export async function takeTurn(db: Database, paces: Pace[], now: number): Promise<number> {
  if (paces.length === 0) return 0
  try {
    await db.transact(async (trx) => {
      for (const { bucket: name, perSecond, burst = 1 } of paces) {
        const waitMs = await takeFrom(trx, { name, intervalMs: Math.ceil(1000 / perSecond), burst }, now)
        // What was taken from the others is given back with the transaction.
        if (waitMs > 0) throw new NoRoom(waitMs)
      }
    })
    return 0
  } catch (error) {
    if (error instanceof NoRoom) return error.waitMs
    throw error
  }
}
