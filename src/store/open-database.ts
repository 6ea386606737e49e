// Opens the database, on whichever engine its address names.

import { type Database, isPostgres, type OpenOptions } from './database.ts'

/** Opens and migrates. `url`: `postgres://…`, or the path of a SQLite file, made when absent. */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  // Only the engine in use is loaded.
  if (isPostgres(url)) return (await import('./postgres.ts')).openPostgres(url, options)
  return (await import('./sqlite.ts')).openSqlite(url, options)
}
