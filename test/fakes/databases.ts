// Gives a test an empty database of each kind: a file of SQLite, and one on the run's PostgreSQL.

import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openDatabase } from '../../src/store/database.ts'
import { takePostgres, takeWithoutTables } from './postgres-databases.ts'

export interface TestDatabase {
  /** What DATABASE_URL would hold: a file's path, or `postgres://…`. */
  url: string
  /** Removes everything in it, whoever is still connected. */
  drop(): Promise<void>
}

interface Engine {
  name: 'sqlite' | 'postgres'
  /** With the tables of this version and no rows. A test leaves the tables as they are. */
  create(): Promise<TestDatabase>
  /** Without tables, as before the first start. */
  createBlank(): Promise<TestDatabase>
}

export const databases: Engine[] = [
  { name: 'sqlite', create: copySqlite, createBlank: blankSqlite },
  { name: 'postgres', create: takePostgres, createBlank: takeWithoutTables },
]

async function blankSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sqlite-'))
  return {
    url: join(folder, 'test.db'),
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

let migrated: Promise<string> | undefined

async function copySqlite(): Promise<TestDatabase> {
  migrated ??= migrateOnce()
  const original = await migrated
  const copy = await blankSqlite()
  await copyFile(original, copy.url)
  return copy
}

/** The migrations take longer than most tests. */
async function migrateOnce(): Promise<string> {
  const { url, drop } = await blankSqlite()
  process.once('exit', () => void drop())
  const db = await openDatabase(url, { as: 'server', log: pino({ level: 'silent' }) })
  await db.close()
  return url
}
