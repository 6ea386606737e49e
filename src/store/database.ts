// Defines one small interface over SQLite and PostgreSQL, where everything is kept.

import { type Kysely, PostgresAdapter } from 'kysely'
import type { Schema } from '../../db/schema.ts'
import type { Logger } from '../kit/log.ts'
import type { Signals } from './signals.ts'

/** What a store function works on: its first argument, always. */
export type Executor = Kysely<Schema>

/**
 * Runs `work` in one transaction and resolves with its value once that is durable. When `work` throws, nothing
 * of it remains and the error is passed on.
 *
 * On SQLite others wait while `work` waits: it awaits its own queries and nothing else. A call inside a call
 * would wait for itself and throws instead.
 */
export type Transact = <T>(work: (trx: Executor) => Promise<T>) => Promise<T>

/** While it cannot be used, each of its calls fails with an Outage. */
export interface Database extends Engine {
  /** false while it does not answer, or once its disk was full and has no room yet. Resolves within two seconds. */
  isUsable(): Promise<boolean>
}

export interface Engine {
  readonly engine: 'sqlite' | 'postgres'
  /** Sees only what is committed; on SQLite it cannot write. */
  readonly read: Executor
  /** The only way to write. Durable once it resolves; nothing of it remains when it rejects. */
  readonly transact: Transact
  readonly signals: Signals
  close(): Promise<void>
}

export interface OpenOptions {
  /** `server`: the one process that owns a SQLite file. `tool`: a command beside it. No matter on PostgreSQL. */
  as: 'server' | 'tool'
  log: Logger
}

/** Whether it works on PostgreSQL. Only the store asks: its promises are the same on both engines. */
export function isOnPostgres(db: Executor): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}
