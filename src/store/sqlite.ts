// Opens SQLite: one writer, one reader, durable commits, one server per file.

import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import SqliteHandle from 'better-sqlite3'
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely'
import type { Schema } from '../../db/schema.ts'
import { StartError } from '../kit/start-error.ts'
import type { Engine, OpenOptions } from './database.ts'
import { migrate } from './migrate.ts'
import { lockServer } from './server-lock.ts'
import { localSignals } from './signals.ts'
import { cachingStatements } from './statement-cache.ts'
import { groupCommit } from './transact.ts'

/** Before it serves, another process that writes is waited for. */
const OPEN_WITHIN_MS = 5_000
/** A reader waits for nobody but a process that opens or closes the file, and the event loop waits with it. */
const READ_WITHIN_MS = 100

/** Throws when another server has the file. */
export async function openSqlite(path: string, { as }: OpenOptions): Promise<Engine> {
  makeFile(path)
  const lock = as === 'server' ? lockServer(realpathSync(path)) : undefined
  try {
    const handle = new SqliteHandle(path, { timeout: OPEN_WITHIN_MS })
    handle.pragma('journal_mode = WAL')
    handle.pragma('synchronous = FULL')
    handle.pragma('foreign_keys = ON')
    const writer = kyselyOver(handle)
    await migrate(writer)
    handle.pragma('busy_timeout = 0')

    const readHandle = new SqliteHandle(path, { readonly: true, timeout: READ_WITHIN_MS })
    const read = kyselyOver(readHandle)
    return {
      engine: 'sqlite',
      read,
      transact: groupCommit(handle, writer),
      signals: localSignals(),
      async close() {
        await read.destroy()
        await writer.destroy()
        readHandle.close()
        lock?.release()
      },
    }
  } catch (error) {
    lock?.release()
    const isOther = (error as { code?: string }).code === 'SQLITE_NOTADB'
    throw isOther ? new StartError(`DATABASE_URL: ${path} is no SQLite database`) : error
  }
}

/** Approvals hold personal data: for the owner alone, and SQLite gives its side files the same mode. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw new StartError(`DATABASE_URL: ${path} cannot be opened (${(error as NodeJS.ErrnoException).code})`)
  }
}

export function kyselyOver(handle: SqliteHandle.Database): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new Dialect({ database: cachingStatements(handle) }) })
}

/** Kysely takes SQLite's DDL for untransactional, and a kill in a migration would leave half of it for ever. */
class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new WholeMigrations()
  }
}

class WholeMigrations extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
