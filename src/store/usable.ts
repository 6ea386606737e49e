// Tells whether the database answers and has room, so that a server without either takes no requests.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Outage } from '../kit/outage.ts'
import type { Database, Engine, Transact } from './database.ts'
import { removeState, writeState } from './platform-state.ts'

const ANSWERS_WITHIN_MS = 2_000
/** More than is left over in pages that are partly used. */
const ROOM_BYTES = 48_000
const ROOM = ['countersign', 'room'] as const

/** Adds to an engine that it notices when the disk is full, and then looks whether there is room again. */
export function watchRoom(engine: Engine): Database {
  let isFull = false
  let looking: Promise<void> | undefined

  const transact: Transact = (work) =>
    engine.transact(work).catch((error) => {
      if (error instanceof Outage && error.code === 'storage_full') isFull = true
      throw error
    })

  /** Two transactions: in a single one it would never be written. */
  async function lookForRoom(): Promise<void> {
    const bulk = JSON.stringify(randomBytes(ROOM_BYTES).toString('base64'))
    await engine.transact((trx) => writeState(trx, ...ROOM, bulk))
    await engine.transact((trx) => removeState(trx, ...ROOM))
    isFull = false
  }

  async function look(): Promise<unknown> {
    if (!isFull) return sql`select 1`.execute(engine.read)
    looking ??= lookForRoom().finally(() => {
      looking = undefined
    })
    return looking
  }

  return {
    ...engine,
    transact,
    async isUsable() {
      const late = new AbortController()
      const answered = look().then(
        () => true,
        () => false,
      )
      const given = delay(ANSWERS_WITHIN_MS, false, { signal: late.signal }).catch(() => false)
      const isUsable = await Promise.race([answered, given])
      late.abort()
      return isUsable
    },
  }
}
