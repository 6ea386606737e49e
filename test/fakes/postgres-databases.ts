// Gives out databases of the run's PostgreSQL; those with tables are emptied and given out again.

import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { pino } from 'pino'
import { inject } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import type { TestDatabase } from './databases.ts'
import { clientOf } from './postgres-client.ts'

/** To make a database and its tables takes ten times as long as to empty it. */
const free: string[] = []
let tables: string | undefined

/** With the tables of this version and no rows. */
export async function takePostgres(): Promise<TestDatabase> {
  const url = free.pop() ?? (await makeTables())
  return { url, drop: () => giveBack(url) }
}

/** Without tables. */
export async function takeWithoutTables(): Promise<TestDatabase> {
  const name = `cs_${randomBytes(8).toString('hex')}`
  const admin = clientOf(inject('postgresAdminUrl'))
  await admin.query(`create database ${name}`)
  const drop = `drop database if exists ${name} with (force)`
  return { url: urlOf(name), drop: async () => void (await admin.query(drop)) }
}

async function makeTables(): Promise<string> {
  const { url } = await takeWithoutTables()
  await addTables(url)
  tables ??= await describeTables(clientOf(url))
  return url
}

/** As the first start of a server does. */
export async function addTables(url: string): Promise<void> {
  const db = await openDatabase(url, { as: 'server', log: pino({ level: 'silent' }) })
  await db.close()
}

/** Rejects when a test has changed the tables: whoever gets them next would fail for no reason of its own. */
async function giveBack(url: string): Promise<void> {
  const client = clientOf(url)
  await endOthers(client)
  if ((await describeTables(client)) !== tables) {
    throw new Error('the test has changed the tables: it needs createBlank()')
  }
  await client.query(DELETE_ALL)
  free.push(url)
}

/** Resolves when nobody else is connected. */
async function endOthers(client: Pool): Promise<void> {
  const end = `select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  while ((await client.query(end)).rowCount !== 0);
}

const DELETE_ALL = `do $$ declare t regclass; begin
  set local session_replication_role = replica;
  for t in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
    and relname not like 'kysely\\_%' loop
    execute 'delete from ' || t;
  end loop;
end $$`

/** Changes with any column, index, constraint or trigger. */
async function describeTables(client: Pool): Promise<string> {
  const { rows } = await client.query(`select md5(string_agg(line, ',' order by line)) as hash from (
    select c.relname || a.attname || a.atttypid || a.attnotnull as line from pg_attribute a
      join pg_class c on c.oid = a.attrelid where c.relnamespace = 'public'::regnamespace and a.attnum > 0
    union all select c.relname || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not t.tgisinternal
    union all select conname from pg_constraint where connamespace = 'public'::regnamespace) lines`)
  return rows[0].hash
}

function urlOf(name: string): string {
  const url = new URL(inject('postgresAdminUrl'))
  url.pathname = `/${name}`
  return url.href
}
