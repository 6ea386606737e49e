// Caches SQLite's prepared statements, so that Kysely, which prepares at every call, parses no SQL again.

import type SqliteHandle from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { LRUCache } from 'lru-cache'
import { asOutage } from './outage.ts'

/** IN-lists of many lengths make many statements: the oldest go. */
const MOST_STATEMENTS = 500

/** Safe while only Kysely uses the result: it never turns on `.raw()` or `.pluck()`, which would stay on. */
export function cachingStatements(handle: SqliteHandle.Database): SqliteDatabase {
  const statements = new LRUCache<string, SqliteStatement>({ max: MOST_STATEMENTS })
  return {
    prepare(sql) {
      let statement = statements.get(sql)
      if (!statement) {
        statement = prepared(handle, sql)
        statements.set(sql, statement)
      }
      return statement
    },
    close: () => handle.close(),
  }
}

/** Runs for each query: no closure is made for it. */
function prepared(handle: SqliteHandle.Database, sql: string): SqliteStatement {
  try {
    const statement = handle.prepare<unknown[]>(sql)
    return {
      reader: statement.reader,
      all(parameters) {
        try {
          return statement.all(parameters)
        } catch (error) {
          throw asOutage(error)
        }
      },
      run(parameters) {
        try {
          return statement.run(parameters)
        } catch (error) {
          throw asOutage(error)
        }
      },
      iterate: (parameters) => statement.iterate(parameters),
    }
  } catch (error) {
    throw asOutage(error)
  }
}
