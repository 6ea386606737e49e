// Records the SQL that a piece of work really executes, at the drivers, so that a replay cannot drift from it.

import SqliteHandle from 'better-sqlite3'
import pg from 'pg'

export interface Executed {
  sql: string
  parameters: unknown[]
}

/** What begins, ends and announces a transaction is not its content. */
const FRAME = /^\s*(begin|start transaction|savepoint|release|rollback|commit|select pg_notify)\b/i

/** Everything that this process executes on either engine while `work` runs. */
export async function executedBy(work: () => Promise<unknown>): Promise<Executed[]> {
  const executed: Executed[] = []
  const note = (sql: string, parameters: unknown[]) => {
    if (!FRAME.test(sql)) executed.push({ sql, parameters: [...parameters] })
  }
  const stopListening = [listenToSqlite(note), listenToPostgres(note)]
  try {
    await work()
  } finally {
    for (const stop of stopListening) stop()
  }
  return executed
}

type Note = (sql: string, parameters: unknown[]) => void

function listenToSqlite(note: Note): () => void {
  const handle = new SqliteHandle(':memory:')
  const prototype = Object.getPrototypeOf(handle.prepare('select 1'))
  handle.close()
  const { run, all } = prototype
  for (const [name, original] of Object.entries({ run, all })) {
    prototype[name] = function (this: SqliteHandle.Statement, ...args: unknown[]) {
      note(this.source, args.flat())
      return original.apply(this, args)
    }
  }
  return () => Object.assign(prototype, { run, all })
}

function listenToPostgres(note: Note): () => void {
  const { prototype } = pg.Client
  const query = prototype.query as (...args: unknown[]) => unknown
  const listening = function (this: pg.Client, ...args: unknown[]) {
    const [first, second] = args
    const config = typeof first === 'string' ? { text: first, values: second } : (first as pg.QueryConfig)
    note(config.text, Array.isArray(config.values) ? config.values : [])
    return query.apply(this, args)
  }
  Object.assign(prototype, { query: listening })
  return () => void Object.assign(prototype, { query })
}
