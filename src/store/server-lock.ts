// Locks a SQLite file for one server, as two would each think that they alone hold the leases.

import { chmodSync, closeSync, openSync } from 'node:fs'
import SqliteHandle from 'better-sqlite3'
import { StartError } from '../kit/start-error.ts'

const OWNER_ALONE = 0o600

/**
 * Holds `<path>.lock` until released or until the process dies: the operating system's file lock under an open
 * SQLite transaction leaves nothing behind after a kill.
 */
export function lockServer(path: string): { release(): void } {
  const file = `${path}.lock`
  closeSync(openSync(file, 'a', OWNER_ALONE))
  // Whoever may read it could hold it, and no server would start.
  chmodSync(file, OWNER_ALONE)
  const handle = new SqliteHandle(file, { timeout: 0 })
  try {
    handle.exec('begin exclusive')
  } catch (error) {
    handle.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new StartError(`Another Countersign server is running on ${path}; stop it first.`)
  }
  return { release: () => handle.close() }
}
