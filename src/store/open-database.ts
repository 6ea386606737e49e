// Opens the database, on whichever engine its address names.

import { Outage } from '../kit/outage.ts'
import { StartError } from '../kit/start-error.ts'
import { type Database, type Engine, isPostgres, type OpenOptions } from './database.ts'
import { asOutage } from './outage.ts'
import { watchRoom } from './usable.ts'

/**
 * Opens and migrates. `url`: `postgres://…`, or the path of a SQLite file, made when absent. Throws a StartError for
 * what a person can mend.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  try {
    return watchRoom(await openEngine(url, options))
  } catch (error) {
    const outage = asOutage(error)
    if (!(outage instanceof Outage)) throw error
    throw new StartError(`DATABASE_URL: ${outage.message}`, { cause: error })
  }
}

async function openEngine(url: string, options: OpenOptions): Promise<Engine> {
  // Only the engine in use is loaded.
  if (isPostgres(url)) return (await import('./postgres.ts')).openPostgres(url, options)
  return (await import('./sqlite.ts')).openSqlite(url, options)
}
