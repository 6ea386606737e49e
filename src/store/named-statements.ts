// Must PostgreSQL parse and plan the same SQL again? A statement with a name is prepared once per connection.

import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { sha256Hex } from '../kit/canonical-json.ts'

/**
 * The pool as Kysely takes it: each statement with parameters goes out under a name made from its text. There are
 * as many texts as queries in `store/`, and IN-lists of up to a page.
 */
export function namedStatements(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>()

  function nameOf(text: string): string {
    const known = names.get(text)
    if (known) return known
    // PostgreSQL cuts names at 63 bytes.
    const name = sha256Hex(text).slice(0, 40)
    names.set(text, name)
    return name
  }

  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect()
      const query = (text: string, values: unknown[]) =>
        values.length === 0 ? client.query(text) : client.query({ name: nameOf(text), text, values })
      return {
        query,
        release: (destroy?: boolean) => client.release(destroy),
      } as unknown as PostgresPoolClient
    },
    end: () => pool.end(),
  }
}
