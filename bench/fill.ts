// Fills a database with a million approvals in a minute, straight into the tables, without the approval desk.

import SqliteHandle from 'better-sqlite3'
import pg from 'pg'
import type { Schema } from '../db/schema.ts'
import { isPostgres } from '../src/store/database.ts'
import { type Extent, history, PERSON } from './history.ts'

const BATCH = 5_000
/** Ids of so many decided approvals, from all over the history. */
const SAMPLES = 500

type Table = keyof Schema
/** The indexes are made anew at the end, which is much faster than keeping them up to date. */
interface Bulk {
  insert(table: Table, rows: object[]): Promise<unknown>
  /** Leaves the database as a server that ran for long would. */
  done(): Promise<void>
}

/** For a migrated and empty database that nobody else uses. Returns ids of decided approvals. */
export async function fillHistory(databaseUrl: string, extent: Extent): Promise<string[]> {
  const bulk = isPostgres(databaseUrl) ? await postgresBulk(databaseUrl) : sqliteBulk(databaseUrl)
  const every = Math.max(1, Math.floor(extent.total / SAMPLES))
  const samples: string[] = []
  await bulk.insert('persons', [PERSON])
  const tables: Partial<Record<Table, object[]>> = {
    approvals: [],
    decisions: [],
    events: [],
    deliveries: [],
  }
  const flush = async () => {
    for (const [table, rows] of Object.entries(tables)) await bulk.insert(table as Table, rows.splice(0))
  }
  let count = 0
  for (const { approval, decisions, event, delivery } of history(extent)) {
    tables.approvals?.push(approval)
    tables.decisions?.push(...decisions)
    tables.events?.push(event)
    tables.deliveries?.push(delivery)
    if (count % every === 0 && decisions.length > 0) samples.push(approval.id)
    count++
    if (count % BATCH === 0) await flush()
  }
  await flush()
  await bulk.done()
  return samples
}

function sqliteBulk(path: string): Bulk {
  const handle = new SqliteHandle(path)
  // Nothing of this needs to survive a crash; the server sets its own when it opens the file.
  for (const pragma of [
    'journal_mode = off',
    'synchronous = off',
    'cache_size = -400000',
    'foreign_keys = off',
  ])
    handle.pragma(pragma)
  const indexes = handle
    .prepare(`select name, sql from sqlite_master where type = 'index' and sql is not null`)
    .all() as { name: string; sql: string }[]
  for (const { name } of indexes) handle.exec(`drop index ${name}`)
  handle.exec('begin')
  return {
    async insert(table, rows) {
      if (rows.length === 0) return
      const names = Object.keys(rows[0] as object)
      const marks = names.map(() => '?')
      const statement = handle.prepare(`insert into ${table} (${names}) values (${marks})`)
      for (const row of rows) statement.run(Object.values(row))
    },
    async done() {
      for (const { sql } of indexes) handle.exec(sql)
      handle.exec('commit')
      handle.close()
    },
  }
}

async function postgresBulk(connectionString: string): Promise<Bulk> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query('set synchronous_commit = off')
  // No look-up of foreign keys, row by row.
  await client.query('set session_replication_role = replica')
  const { rows: indexes } = await client.query<{ name: string; sql: string }>(
    `select indexname as name, indexdef as sql from pg_indexes where schemaname = 'public'
     and indexname not in (select conname from pg_constraint)`,
  )
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  return {
    insert: (table, rows) =>
      client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
        JSON.stringify(rows),
      ]),
    async done() {
      for (const { sql } of indexes) await client.query(sql)
      await client.query('vacuum analyze')
      await client.query('checkpoint')
      await client.end()
    },
  }
}
