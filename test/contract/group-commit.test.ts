// Shows that many writers on SQLite share a few commits, and that nobody is answered before their own.

import SqliteHandle from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Schema } from '../../db/schema.ts'
import type { Transact } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { writeState } from '../../src/store/platform-state.ts'
import { cachingStatements } from '../../src/store/statement-cache.ts'
import { groupCommit } from '../../src/store/transact.ts'
import { databases } from '../fakes/databases.ts'

const WRITERS = 500

describe.each(databases.filter(({ name }) => name === 'sqlite'))('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  let handle: SqliteHandle.Database
  let reader: SqliteHandle.Database
  let transact: Transact
  let statements: string[]

  beforeEach(async () => {
    database = await create()
    statements = []
    handle = new SqliteHandle(database.url, { verbose: (text) => statements.push(String(text)) })
    handle.pragma('journal_mode = WAL')
    const writer = new Kysely<Schema>({
      dialect: new SqliteDialect({ database: cachingStatements(handle) }),
    })
    await migrate(writer)
    reader = new SqliteHandle(database.url, { readonly: true })
    transact = groupCommit(handle, writer)
    statements.length = 0
  })
  afterEach(async () => {
    handle.close()
    reader.close()
    await database.drop()
  })

  const count = (statement: string) => statements.filter((text) => text === statement).length
  const isThere = (key: string) =>
    reader.prepare('select 1 from platform_state where key = ?').get(key) !== undefined

  test('500 writers at once share few commits, each in a savepoint of its own', async () => {
    await Promise.all(
      Array.from({ length: WRITERS }, (_, i) => transact((trx) => writeState(trx, 'test', `${i}`, '1'))),
    )
    expect(count('savepoint command')).toBe(WRITERS)
    expect(count('commit')).toBeLessThanOrEqual(WRITERS / 50)
    expect(count('begin immediate')).toBe(count('commit'))
  })

  test('however many come at once, no commit has more than 64 of them: the first waits for no more', async () => {
    await Promise.all(Array.from({ length: WRITERS }, () => transact(async () => {})))
    const commits = statements.join().split('commit')
    const sizes = commits.map((commit) => commit.split('savepoint command').length - 1)
    expect(Math.max(...sizes)).toBe(64)
  })

  test('those who come during a commit are served by the next, and nobody waits for ever', async () => {
    const later: Promise<unknown>[] = []
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        transact(async (trx) => {
          await writeState(trx, 'test', `early ${i}`, '1')
        }).then(() => later.push(transact((trx) => writeState(trx, 'test', `late ${i}`, '1')))),
      ),
    )
    await Promise.all(later)
    expect(Array.from({ length: 20 }, (_, i) => isThere(`late ${i}`))).not.toContain(false)
    expect(count('commit')).toBe(2)
  })

  test('whoever is told of success can already be read by everybody', async () => {
    const seen: boolean[] = []
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, i) => {
        await transact((trx) => writeState(trx, 'test', `${i}`, '1'))
        seen.push(isThere(`${i}`))
      }),
    )
    expect(seen).toEqual(Array(WRITERS).fill(true))
  })

  test('whoever is told of failure is told after the group has ended', async () => {
    const open: boolean[] = []
    const failing = transact(async () => {
      throw new Error('a mistake')
    }).catch(() => open.push(handle.inTransaction))
    await Promise.all([failing, transact((trx) => writeState(trx, 'test', 'neighbour', '1'))])
    expect(open).toEqual([false])
  })

  test('the same SQL is parsed once, and the oldest of very many is dropped', () => {
    const cached = cachingStatements(handle)
    const statement = cached.prepare('select 1')
    expect(cached.prepare('select 1')).toBe(statement)
    for (let i = 0; i < 1_000; i++) cached.prepare(`select 1 + ${i}`)
    expect(cached.prepare('select 1')).not.toBe(statement)
  })
})
