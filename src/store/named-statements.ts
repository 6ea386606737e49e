// Names PostgreSQL statements, so that each is parsed and planned once per connection.

import type { PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { sha256Hex } from '../kit/canonical-json.ts'
import { asOutage } from './outage.ts'

/**
 * A connection as Kysely takes it: each statement with parameters goes out under a name made from its text. There
 * are as many texts as queries in `store/`, lists of destinations, and IN-lists of up to a page.
 */
export function namedStatements(): (client: pg.PoolClient) => PostgresPoolClient {
  const names = new Map<string, string>()

  function nameOf(text: string): string {
    const known = names.get(text)
    if (known) return known
    // PostgreSQL cuts names at 63 bytes.
    const name = sha256Hex(text).slice(0, 40)
    names.set(text, name)
    return name
  }

  return (client) => {
    const query = (text: string, values: unknown[]) => {
      // What one turn sends leaves in one write, which costs more than a statement.
      const { stream } = client.connection
      stream.cork()
      process.nextTick(() => stream.uncork())
      const answer =
        values.length === 0 ? client.query(text) : client.query({ name: nameOf(text), text, values })
      return answer.catch((error) => {
        throw asOutage(error)
      })
    }
    return {
      query,
      release: (destroy?: boolean) => client.release(destroy),
    } as unknown as PostgresPoolClient
  }
}
