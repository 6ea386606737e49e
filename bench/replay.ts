// Replays the same SQL by hand: prepared once, filled with fresh ids, one transaction per call.

import { randomBytes } from 'node:crypto'
import SqliteHandle from 'better-sqlite3'
import pg from 'pg'
import { type IdPrefix, newId } from '../src/kit/ids.ts'
import { isPostgres } from '../src/store/database.ts'
import type { Executed } from './recorded-sql.ts'

const POOL_SIZE = 10

/** A parameter that is new in every transaction: the slot that holds its value. */
class Slot {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}

export interface Script {
  statements: { sql: string; parameters: unknown[] }[]
  /** What each slot is filled with. */
  fresh: (() => string)[]
}

/**
 * Of two runs of the same work: an id or a digest that differs gets a slot, the same one wherever it stands;
 * everything else stays as it was.
 */
export function scriptOf(one: Executed[], other: Executed[]): Script {
  if (one.length === 0 || one.map(({ sql }) => sql).join() !== other.map(({ sql }) => sql).join())
    throw new Error('the same work did not execute the same statements')
  const slots = new Map<unknown, Slot>()
  const fresh: Script['fresh'] = []
  const statements = one.map(({ sql, parameters }, at) => ({
    sql,
    parameters: parameters.map((value, i) => {
      const maker = value === other[at]?.parameters[i] ? undefined : makerOf(value)
      if (!maker) return value
      const slot = slots.get(value) ?? new Slot(fresh.push(maker) - 1)
      slots.set(value, slot)
      return slot
    }),
  }))
  return { statements, fresh }
}

function makerOf(value: unknown): (() => string) | undefined {
  const [, prefix] = /^([a-z]+)_[0-9a-z]{26}$/.exec(String(value)) ?? []
  if (prefix !== undefined) return () => newId(prefix as IdPrefix)
  const hash = /^(?<name>(sha256:)?)[0-9a-f]{64}$/.exec(String(value))
  if (hash) return () => `${hash.groups?.name}${randomBytes(32).toString('hex')}`
}

/** Each call is one durable transaction. */
export function replayer(databaseUrl: string, script: Script): () => Promise<unknown> {
  return isPostgres(databaseUrl) ? onPostgres(databaseUrl, script) : onSqlite(databaseUrl, script)
}

function onSqlite(path: string, { statements, fresh }: Script): () => Promise<void> {
  const handle = new SqliteHandle(path)
  handle.pragma('journal_mode = WAL')
  handle.pragma('synchronous = FULL')
  handle.pragma('foreign_keys = ON')
  const begin = handle.prepare('begin immediate')
  const commit = handle.prepare('commit')
  const prepared = statements.map(({ sql, parameters }) => ({ statement: handle.prepare(sql), parameters }))
  return async () => {
    const values = fresh.map((make) => make())
    begin.run()
    for (const { statement, parameters } of prepared) {
      const filled = fill(parameters, values)
      if (statement.reader) statement.all(filled)
      else statement.run(filled)
    }
    commit.run()
  }
}

function onPostgres(connectionString: string, { statements, fresh }: Script): () => Promise<void> {
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE })
  return async () => {
    const values = fresh.map((make) => make())
    const client = await pool.connect()
    await client.query('begin')
    for (const [i, { sql, parameters }] of statements.entries())
      await client.query({ name: `statement ${i}`, text: sql, values: fill(parameters, values) })
    await client.query('commit')
    client.release()
  }
}

function fill(parameters: unknown[], values: string[]): unknown[] {
  return parameters.map((value) => (value instanceof Slot ? values[value.index] : value))
}
