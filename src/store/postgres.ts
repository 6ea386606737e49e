// Opens PostgreSQL: a pool, and one connection that listens for other processes' signals.

import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Schema } from '../../db/schema.ts'
import { StartError } from '../kit/start-error.ts'
import type { Engine, Executor, OpenOptions } from './database.ts'
import { migrate } from './migrate.ts'
import { namedStatements } from './named-statements.ts'
import { asNoConnection } from './outage.ts'
import { postgresSignals } from './postgres-signals.ts'
import { startSentence } from './postgres-start.ts'
import { pooledTransact } from './transact.ts'

const POOL_SIZE = 10
/** For a connection, to be made or to become free. */
const CONNECT_WITHIN_MS = 10_000
const IDLE_IN_TRANSACTION_MS = 10_000
/** Longer than a frozen process may hold a lock: what holds it then is no process of ours. */
const LOCK_WITHIN_MS = 15_000
const BIGINT_OID = 20

export async function openPostgres(url: string, { log }: OpenOptions): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    lock_timeout: LOCK_WITHIN_MS,
    // Statements of a transaction that need not wait for each other are sent at once.
    pipeline: true,
    // A process that froze inside a transaction gives its locks back.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    types: {
      // Times and counts are far below 2^53; pg hands bigint out as text otherwise.
      getTypeParser: (oid, format) =>
        oid === BIGINT_OID ? Number : (pg.types.getTypeParser(oid, format as 'text') as never),
    },
  })
  // Without listeners a connection that breaks, idle or in use, ends the process.
  // Of the error its words alone: it carries the connection, with every statement that was sent on it.
  const report = ({ message }: Error) => log.warn({ reason: message }, 'a database connection broke')
  pool.on('error', report)
  pool.on('connect', (client) => void client.on('error', report))
  const named = namedStatements()
  const kyselyOver = (connect: () => Promise<PostgresPoolClient>): Executor =>
    new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: { options: pool.options, connect, end: () => pool.end() } }),
    })
  const db = kyselyOver(async () => {
    try {
      return named(await pool.connect())
    } catch (error) {
      throw asNoConnection(error)
    }
  })

  /** Kysely's own transactions send one statement after the other. */
  const executors = new WeakMap<pg.PoolClient, Executor>()
  function executorOn(client: pg.PoolClient): Executor {
    const known = executors.get(client)
    if (known) return known
    const connection = { ...named(client), release() {} }
    const executor = kyselyOver(async () => connection)
    executors.set(client, executor)
    return executor
  }
  try {
    await reach(pool)
    await migrate(db)
    const signals = await postgresSignals(url, pool, log)
    return {
      engine: 'postgres',
      read: db,
      transact: pooledTransact(pool, executorOn),
      signals,
      async close() {
        await signals.close()
        await db.destroy()
      },
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** The first word with the server: what is wrong with the address is the reader's to mend. */
async function reach(pool: pg.Pool): Promise<void> {
  try {
    await pool.query('select 1')
  } catch (error) {
    throw new StartError(startSentence(error))
  }
}
