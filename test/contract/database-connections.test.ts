// Shows what is asked of a database connection: durable commits, patience with others, and that a broken one ends nothing.

import { statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import SqliteHandle from 'better-sqlite3'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Database, Executor } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { readState, writeState } from '../../src/store/platform-state.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'

let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let db: Database

const open = (create: (typeof databases)[number]['create']) => async () => {
  database = await create()
  db = await openDatabase(database.url, { as: 'server', log: silent })
}
const close = async () => {
  await db.close()
  await database.drop()
}
/** The one value that a statement answers with. */
const answerOf = async (executor: Executor, statement: string) => {
  const { rows } = await sql.raw<Record<string, unknown>>(statement).execute(executor)
  return Object.values(rows[0] ?? {})[0]
}
const write = (key: string) => db.transact((trx) => writeState(trx, 'test', key, '1'))

describe.each(databases.filter(({ name }) => name === 'sqlite'))('on $name', ({ createBlank: create }) => {
  beforeAll(open(create))
  afterAll(close)

  const ofWriter = (pragma: string) => db.transact((trx) => answerOf(trx, `pragma ${pragma}`))

  test('a commit is on disk before anybody is answered, also when the machine loses power', async () => {
    expect(await ofWriter('journal_mode')).toBe('wal')
    // FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    expect(await ofWriter('synchronous')).toBe(2)
  })

  describe('while another process writes', () => {
    let other: SqliteHandle.Database
    const now = performance.now.bind(performance)
    const leap = (ms: number) => vi.spyOn(performance, 'now').mockImplementation(() => now() + ms)
    beforeEach(() => {
      other = new SqliteHandle(database.url)
      other.exec('begin immediate')
    })
    afterEach(() => {
      vi.restoreAllMocks()
      other.close()
    })

    test('a write waits for it, and neither the event loop nor a read does', async () => {
      const waiting = write('waited')
      await nextTurn()
      expect(await readState(db.read, 'test', 'waited')).toBeUndefined()
      other.exec('commit')
      await waiting
      expect(await readState(db.read, 'test', 'waited')).toBe('1')
    })

    test('each write waits for two seconds, and one that came later waits on', async () => {
      const first = expect(write('first')).rejects.toMatchObject({ code: 'database_busy' })
      await delay(20)
      leap(1_500)
      const second = write('second')
      await delay(20)
      leap(2_100)
      await first
      other.exec('commit')
      await second
      expect(await readState(db.read, 'test', 'first')).toBeUndefined()
    })
  })

  test('nobody but its owner reads the database, nor what SQLite keeps beside it', async () => {
    await write('key')
    for (const file of ['', '-wal', '-shm', '.lock']) {
      expect(statSync(database.url + file).mode & 0o777).toBe(0o600)
    }
    const made = await openDatabase(`${database.url}-folder/x.db`, { as: 'tool', log: silent })
    await made.close()
    expect(statSync(`${database.url}-folder`).mode & 0o777).toBe(0o700)
    await rm(`${database.url}-folder`, { recursive: true })
  })
})

describe.each(databases.filter(({ name }) => name === 'postgres'))('on $name', ({ create }) => {
  let admin: pg.Client
  beforeAll(async () => {
    await open(create)()
    admin = new pg.Client({ connectionString: database.url })
    await admin.connect()
  })
  afterAll(async () => {
    await admin.end()
    await close()
  })

  const endConnections = () =>
    admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`)

  test('a process that froze inside a transaction gives its locks back after ten seconds', async () => {
    const limit = 'show idle_in_transaction_session_timeout'
    expect(await db.transact((trx) => answerOf(trx, limit))).toBe('10s')
  })

  test('a lock that a stranger holds is waited for longer than that, and not for ever', async () => {
    expect(await db.transact((trx) => answerOf(trx, 'show lock_timeout'))).toBe('15s')
  })

  test('a connection that breaks fails the transaction on it and nothing else', async () => {
    const broken = db.transact(async (trx) => {
      await writeState(trx, 'test', 'broken', '1')
      await endConnections()
      await writeState(trx, 'test', 'never', '1')
    })
    await expect(broken).rejects.toThrow()
    await eventually(() =>
      write('next').then(
        () => true,
        () => false,
      ),
    )
    expect(await readState(db.read, 'test', 'broken')).toBeUndefined()
    expect(await readState(db.read, 'test', 'next')).toBe('1')
  })

  test('connections that break while nobody uses them are replaced', async () => {
    await Promise.all(['one', 'two', 'three'].map(write))
    await endConnections()
    await eventually(() =>
      write('next').then(
        () => true,
        () => false,
      ),
    )
    expect(await readState(db.read, 'test', 'next')).toBe('1')
  })

  test('a transaction of which a statement failed is never taken for a commit, though its work goes on', async () => {
    const hiding = db.transact(async (trx) => {
      await writeState(trx, 'test', 'lost', '1')
      await sql`select 1 / 0`.execute(trx).catch(() => {})
      return 'done'
    })
    await expect(hiding).rejects.toThrow('the transaction had failed before its commit')
    expect(await readState(db.read, 'test', 'lost')).toBeUndefined()
  })
})
