// Writes a fixture of this version for each engine: a database that the product itself filled, and what is true of it.
//
//   node test/upgrade/write-fixture.ts
//
// Run it at a release that has a new migration. What is there already stays: it was written by the program of then.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import SqliteHandle from 'better-sqlite3'
import { select } from '../fakes/peek.ts'
import { dumpPostgres } from './dump-postgres.ts'
import { fill } from './fill.ts'
import { type Fixture, type FixtureRecord, fixtureFile, runScript } from './fixture.ts'

/** Of the fixtures alone. On SQLite it stands beside the file, on PostgreSQL the tests' environment has it. */
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64')

const folder = await mkdtemp(join(tmpdir(), 'countersign-fixture-'))
try {
  await writeSqlite()
  await writePostgres()
} finally {
  await rm(folder, { recursive: true })
}

async function writeSqlite(): Promise<void> {
  const url = join(folder, 'filled.db')
  await writeFile(`${url}.key`, `${SECRET_KEY}\n`, { mode: 0o600 })
  const record = await fill(url, { COUNTERSIGN_SECRET_KEY: '' })
  const tables = `select name from sqlite_master where type = 'table'`
  await write('sqlite', url, tables, record, async (file) => {
    await writeFile(`${file}.key`, `${SECRET_KEY}\n`)
    const handle = new SqliteHandle(url)
    handle.prepare('vacuum into ?').run(file)
    handle.close()
  })
}

async function writePostgres(): Promise<void> {
  const server = fork(join(import.meta.dirname, '../fakes/postgres-server.ts'))
  try {
    const [{ adminUrl, problem }] = await once(server, 'message')
    if (problem) throw new Error(problem)
    const database = async (name: string) => {
      await runScript(adminUrl, `create database ${name}`)
      return Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href
    }
    const url = await database('filled')
    const record = await fill(url)
    const script = await dumpPostgres(url)
    const copy = await database('copy')
    await runScript(copy, script)
    if ((await dumpPostgres(copy)) !== script) throw new Error('the script does not make the same database')
    const tables = `select tablename as name from pg_tables where schemaname = 'public'`
    await write('postgres', url, tables, record, (file) => writeFile(file, script))
  } finally {
    server.disconnect()
    await once(server, 'exit')
  }
}

async function write(
  engine: Fixture['engine'],
  url: string,
  tables: string,
  record: Omit<FixtureRecord, 'rows'>,
  writeDatabase: (file: string) => Promise<void>,
): Promise<void> {
  const rows: FixtureRecord['rows'] = {}
  for (const { name } of await select(url, `${tables} order by name`)) {
    const [row] = await select(url, `select count(*) as n from ${name}`)
    rows[String(name)] = Number(row?.n)
    if (rows[String(name)] === 0)
      throw new Error(`nothing was written to ${name}: add to test/upgrade/fill.ts`)
  }
  const [last] = await select(url, 'select max(name) as name from kysely_migration')
  const file = fixtureFile(String(last?.name), engine)
  if (existsSync(file)) throw new Error(`${file} is there already`)
  await mkdir(dirname(file), { recursive: true })
  await writeDatabase(file)
  await writeFile(`${file}.json`, `${JSON.stringify({ ...record, rows }, null, 2)}\n`)
  console.log(file, rows)
}
