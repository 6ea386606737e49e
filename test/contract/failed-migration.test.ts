// Shows that a migration that fails leaves the database as it was, and that the next start can bring it to its end.

import SqliteHandle from 'better-sqlite3'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { databases } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'
import { select } from '../fakes/peek.ts'

/** Of the last table that the first migration makes. */
const IN_THE_WAY = 'audit_personal'

describe.each(databases)('on $name', ({ name, createBlank: create }) => {
  let database: Awaited<ReturnType<typeof create>>
  beforeEach(async () => {
    database = await create()
  })
  afterEach(() => database.drop())

  async function run(statement: string): Promise<void> {
    if (name === 'sqlite') {
      const handle = new SqliteHandle(database.url)
      handle.exec(statement)
      handle.close()
      return
    }
    const client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  const open = () => openDatabase(database.url, { as: 'server', log: silent })
  const TABLES = {
    sqlite: `select name from sqlite_master where type = 'table'`,
    postgres: `select tablename as name from pg_tables where schemaname = 'public'`,
  }
  /** Kysely's own are made before. */
  const tables = async () => {
    const names = (await select(database.url, TABLES[name])).map((row) => String(row.name))
    return names.filter((table) => !table.startsWith('kysely_'))
  }

  test('nothing of it remains, and it succeeds once nothing is in its way', async () => {
    await run(`create table ${IN_THE_WAY} (id integer)`)
    await expect(open()).rejects.toThrow('already exists')
    expect(await tables()).toEqual([IN_THE_WAY])
    await run(`drop table ${IN_THE_WAY}`)
    const db = await open()
    await sql`select salt from audit_personal`.execute(db.read)
    await db.close()
  })
})
