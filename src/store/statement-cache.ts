// Caches SQLite's prepared statements, so that Kysely, which prepares at every call, parses no SQL again.

import type SqliteHandle from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { LRUCache } from 'lru-cache'

/** IN-lists of many lengths make many statements: the oldest go. */
const MOST_STATEMENTS = 500

/** Safe while only Kysely uses the result: it never turns on `.raw()` or `.pluck()`, which would stay on. */
export function cachingStatements(handle: SqliteHandle.Database): SqliteDatabase {
  const statements = new LRUCache<string, SqliteStatement>({ max: MOST_STATEMENTS })
  return {
    prepare(sql) {
      let statement = statements.get(sql)
      if (!statement) {
        statement = handle.prepare(sql)
        statements.set(sql, statement)
      }
      return statement
    },
    close: () => handle.close(),
  }
}
