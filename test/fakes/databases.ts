// Gives a test an empty database of each kind: a file of SQLite, and one on the run's PostgreSQL.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addTables, takePostgres, takeWithoutTables } from './postgres-databases.ts'

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

/** The file of an empty database: the migrations take longer than most tests. */
let file: Promise<Buffer> | undefined

async function copySqlite(): Promise<TestDatabase> {
  file ??= fileWithTables()
  const bytes = await file
  const copy = await blankSqlite()
  // As the product makes it.
  await writeFile(copy.url, bytes, { mode: 0o600 })
  return copy
}

async function fileWithTables(): Promise<Buffer> {
  const { url, drop } = await blankSqlite()
  await addTables(url)
  const bytes = await readFile(url)
  await drop()
  return bytes
}
