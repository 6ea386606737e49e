// Copies a SQLite database while it is in use, and checks and opens a copy.

import { closeSync, openSync } from 'node:fs'
import SqliteHandle from 'better-sqlite3'
import { StartError } from '../kit/start-error.ts'
import type { Executor } from './database.ts'
import { asOutage } from './outage.ts'
import { kyselyOver } from './sqlite.ts'

/** Makes `to`, which must not be there, as one file that only its owner may read: all that was committed by now. */
export async function copySqlite(from: string, to: string): Promise<void> {
  closeSync(openSync(to, 'wx', 0o600))
  try {
    // Whoever only reads leaves the files beside a database behind that nobody else uses.
    const source = new SqliteHandle(from, { fileMustExist: true })
    try {
      // Within a transaction it sees one moment: a copy begins anew whenever somebody else has written.
      source.exec('begin')
      source.prepare('select count(*) from sqlite_master').get()
      await source.backup(to)
    } finally {
      source.close()
    }
    const copy = new SqliteHandle(to)
    copy.pragma('journal_mode = delete')
    copy.close()
  } catch (error) {
    throw asMistake(error, from)
  }
}

/** Throws a StartError that says what is wrong with a copy of `from`. */
export function checkCopy(path: string, from: string): void {
  const handle = new SqliteHandle(path, { readonly: true })
  try {
    const faults = handle.pragma('integrity_check(1)', { simple: true })
    if (faults !== 'ok') throw new StartError(`${from} is damaged: ${faults}`)
    const orphans = handle.pragma('foreign_key_check') as { table: string }[]
    if (orphans[0])
      throw new StartError(`${from} is damaged: rows of ${orphans[0].table} refer to rows that are missing`)
    const tables = handle
      .prepare(`select name from sqlite_master where name in ('kysely_migration', 'audit')`)
      .all()
    if (tables.length < 2) throw new StartError(`${from} is no database of Countersign`)
  } catch (error) {
    throw asMistake(error, from)
  } finally {
    handle.close()
  }
}

/** Nobody else uses the copy: each statement counts at once. It is not migrated. */
export async function withCopy<T>(path: string, work: (db: Executor) => Promise<T>): Promise<T> {
  const db = kyselyOver(new SqliteHandle(path))
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

function asMistake(error: unknown, path: string): unknown {
  const { code } = error as { code?: string }
  if (code === 'SQLITE_NOTADB') return new StartError(`${path} is no SQLite database`)
  if (code === 'SQLITE_CANTOPEN') return new StartError(`${path} cannot be opened`)
  if (code?.startsWith('SQLITE_CORRUPT'))
    return new StartError(`${path} is damaged: ${(error as Error).message}`)
  return code?.startsWith('SQLITE_BUSY') ? asOutage(error) : error
}
