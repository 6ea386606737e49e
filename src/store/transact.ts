// Makes a change durable: all writes of both engines go through a `Transact`.

import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type SqliteHandle from 'better-sqlite3'
import type pg from 'pg'
import { Outage } from '../kit/outage.ts'
import type { Executor, Transact } from './database.ts'
import { asNoConnection, asOutage } from './outage.ts'

const inside = new AsyncLocalStorage<true>()

function refuseNesting(): void {
  if (inside.getStore()) throw new Error('transact inside transact: pass the executor on instead')
}

/** PostgreSQL: a transaction on a pooled connection; the server groups the commits by itself. */
export function pooledTransact(pool: pg.Pool, executorOn: (client: pg.PoolClient) => Executor): Transact {
  return async (work) => {
    refuseNesting()
    const client = await pool.connect().catch((error) => {
      throw asNoConnection(error)
    })
    try {
      await client.query('begin')
      const value = await inside.run(true, work, executorOn(client))
      // Where a statement had failed the server answers COMMIT with ROLLBACK, and no error.
      const { command } = await client.query('commit')
      if (command !== 'COMMIT') throw new Error('the transaction had failed before its commit')
      client.release()
      return value
    } catch (error) {
      await client.query('rollback').then(
        () => client.release(),
        (broken) => client.release(broken),
      )
      throw asOutage(error)
    }
  }
}

interface Command {
  work(trx: Executor): Promise<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
  /** Set while another process writes: so long it waits for that one. */
  waitsUntil?: number
}

/** So many commands share a commit at most: bounds how long the first of them waits for the others. */
const GROUP_SIZE = 64
const MOMENT_MS = 1
/** Whoever pressed a button is told of a failure before their chat gives up on us, which is after three seconds. */
const PATIENCE_MS = 2_000
const TRY_AGAIN_MS = 10

/**
 * SQLite: group commit. All commands that arrive while a commit runs share the next one, each in a savepoint of
 * its own, so that the cost of one fsync is spread and one that throws is rolled back alone. While another process writes they
 * wait, and the event loop does not. `writer` must be the only user of `handle`, which has no busy timeout.
 */
export function groupCommit(handle: SqliteHandle.Database, writer: Executor): Transact {
  const queue: Command[] = []
  const statements = {
    begin: handle.prepare('begin immediate'),
    savepoint: handle.prepare('savepoint command'),
    release: handle.prepare('release command'),
    undo: handle.prepare('rollback to command'),
    commit: handle.prepare('commit'),
    rollback: handle.prepare('rollback'),
  }
  let running = false
  let lastGroup = 0

  async function runCommand(command: Command): Promise<() => void> {
    statements.savepoint.run()
    try {
      const value = await inside.run(true, command.work, writer)
      statements.release.run()
      return () => command.resolve(value)
    } catch (error) {
      // A full disk ends the whole transaction: then there is no savepoint to go back to, and this is the cause.
      if (!handle.inTransaction) throw error
      statements.undo.run()
      statements.release.run()
      return () => command.reject(error)
    }
  }

  /** Resolves once a transaction has begun; false when nobody is left who waits for it. */
  async function begin(): Promise<boolean> {
    while (queue.length > 0) {
      try {
        statements.begin.run()
        return true
      } catch (error) {
        const outage = asOutage(error)
        if (outage instanceof Outage && outage.code === 'database_busy') {
          refuseImpatient(outage)
          await delay(TRY_AGAIN_MS)
        } else {
          for (const command of queue.splice(0)) command.reject(outage)
        }
      }
    }
    return false
  }

  function refuseImpatient(outage: Outage): void {
    const now = performance.now()
    for (const command of queue.splice(0)) {
      command.waitsUntil ??= now + PATIENCE_MS
      if (command.waitsUntil > now) queue.push(command)
      else command.reject(outage)
    }
  }

  async function runGroup(group: Command[]): Promise<void> {
    try {
      const settle: (() => void)[] = []
      for (const command of group) settle.push(await runCommand(command))
      statements.commit.run()
      for (const answer of settle) answer()
    } catch (error) {
      for (const command of group) command.reject(asOutage(error))
      // A failure here is not survived: the process ends rather than write outside a transaction.
      if (handle.inTransaction) statements.rollback.run()
    }
  }

  /**
   * A group blocks the process. So all that arrived meanwhile shares the next one, and with it what those send who
   * were just answered: they are given a moment, or the first of them would have a commit for itself.
   */
  async function gathered(): Promise<void> {
    if (queue.length < lastGroup / 2) await delay(MOMENT_MS)
    let before: number
    do {
      before = queue.length
      await nextTurn()
    } while (queue.length > before && queue.length < GROUP_SIZE)
  }

  async function drain(): Promise<void> {
    running = true
    while (queue.length > 0) {
      await gathered()
      if (!(await begin())) continue
      const group = queue.splice(0, GROUP_SIZE)
      lastGroup = group.length
      await runGroup(group)
    }
    running = false
  }

  return (work) => {
    refuseNesting()
    return new Promise((resolve, reject) => {
      queue.push({ work, resolve: resolve as Command['resolve'], reject })
      if (!running) void drain()
    })
  }
}
