// Keeps one connection to each database of the run's PostgreSQL: to connect takes longer than most queries.

import { Pool } from 'pg'

/** What PostgreSQL calls these connections. */
export const TESTS_NAME = 'tests'

const pools = new Map<string, Pool>()

/** Of this worker alone; one query at a time. A connection that was cut is made anew for the next query. */
export function clientOf(databaseUrl: string): Pool {
  const known = pools.get(databaseUrl)
  if (known) return known
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: TESTS_NAME,
    max: 1,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  })
  pool.on('error', () => undefined)
  pools.set(databaseUrl, pool)
  return pool
}
