// Shows that a write that resolved is one transaction and durable, whoever shared its commit.

import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { readState, writeState } from '../../src/store/platform-state.ts'
import { databases } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'

const sqlite = databases.filter(({ name }) => name === 'sqlite')
let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let db: Database

const write = (key: string) => db.transact((trx) => writeState(trx, 'test', key, '1'))
const isThere = async (key: string) => (await readState(db.read, 'test', key)) === '1'
const run = (statement: string) => db.transact((trx) => sql.raw(statement).execute(trx))
const fates = async (promises: Promise<unknown>[]) =>
  (await Promise.allSettled(promises)).map((fate) => (fate.status === 'fulfilled' ? 'done' : fate.reason))

const open = (create: (typeof databases)[number]['create']) => async () => {
  database = await create()
  db = await openDatabase(database.url, { as: 'server', log: silent })
}
const close = async () => {
  await db.close()
  await database.drop()
}

describe.each(databases)('on $name', ({ name, create }) => {
  beforeEach(open(create))
  afterEach(close)

  test('a command that throws is undone alone, also what it wrote before; its neighbours commit', async () => {
    const mistake = new Error('a mistake')
    const throwing = (key: string) =>
      db.transact(async (trx) => {
        await writeState(trx, 'test', key, '1')
        throw mistake
      })
    const breaking = db.transact(async (trx) => {
      await writeState(trx, 'test', 'broken', '1')
      await sql`insert into platform_state (platform, key, value) values ('test', 'broken', '2')`.execute(trx)
    })
    const [before, thrown, between, broken, after] = await fates([
      write('before'),
      throwing('thrown'),
      write('between'),
      breaking,
      write('after'),
    ])
    expect([before, between, after]).toEqual(['done', 'done', 'done'])
    expect(thrown).toBe(mistake)
    expect(broken).toMatchObject({ code: name === 'sqlite' ? 'SQLITE_CONSTRAINT_PRIMARYKEY' : '23505' })
    const keys = ['before', 'thrown', 'between', 'broken', 'after']
    expect(await Promise.all(keys.map(isThere))).toEqual([true, false, true, false, true])
  })

  test('a transaction inside another throws at once and holds nobody up', async () => {
    const nested = db.transact(async (trx) => {
      await writeState(trx, 'test', 'outer', '1')
      await write('inner')
    })
    await expect(nested).rejects.toThrow('transact inside transact')
    await write('next')
    expect(await Promise.all(['outer', 'inner', 'next'].map(isThere))).toEqual([false, false, true])
  })

  test('a transaction may follow another in the same function', async () => {
    const value = await db.transact(async () => 'first')
    await write(value)
    expect(await isThere('first')).toBe(true)
  })

  test('a reader beside sees nothing of a transaction until it is committed', async () => {
    const seen = await db.transact(async (trx) => {
      await writeState(trx, 'test', 'key', '1')
      return [await readState(trx, 'test', 'key'), await readState(db.read, 'test', 'key')]
    })
    expect(seen).toEqual(['1', undefined])
    expect(await isThere('key')).toBe(true)
  })
})

describe.each(sqlite)('on $name', ({ createBlank: create }) => {
  beforeEach(open(create))
  afterEach(close)

  test('the reader cannot write', async () => {
    await expect(writeState(db.read, 'test', 'key', '1')).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
  })

  test('a full disk fails the group with its cause, and the next group works', async () => {
    await write('long before')
    const pages = await db.transact((trx) => sql<{ page_count: number }>`pragma page_count`.execute(trx))
    const roomFor = (more: number) =>
      run(`pragma max_page_count = ${(pages.rows[0]?.page_count ?? 0) + more}`)
    await roomFor(4)
    const bulky = db.transact((trx) => writeState(trx, 'test', 'bulky', 'x'.repeat(1_000_000)))
    for (const fate of await fates([write('before'), bulky, write('after')])) {
      expect(fate).toMatchObject({ code: 'storage_full', cause: { code: 'SQLITE_FULL' } })
    }
    await write('small')
    expect(await db.isUsable()).toBe(false)
    await roomFor(10_000)
    expect(await db.isUsable()).toBe(true)
    await write('room again')
    const keys = ['long before', 'before', 'bulky', 'after', 'small', 'room again']
    expect(await Promise.all(keys.map(isThere))).toEqual([true, false, false, false, true, true])
  })

  test('a commit that fails refuses everybody in it, and the next one works', async () => {
    await run('create table parents (id integer primary key)')
    await run('create table children (parent integer references parents deferrable initially deferred)')
    const orphan = run('insert into children values (7)')
    for (const fate of await fates([write('before'), orphan, write('after')])) {
      expect(fate).toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
    }
    await write('next')
    expect(await Promise.all(['before', 'after', 'next'].map(isThere))).toEqual([false, false, true])
  })
})
