// Starts the server that the tests of a block share: an empty database, a manual clock and a running product.

import { afterAll, beforeAll } from 'vitest'
import { type Running, startCountersign } from './countersign.ts'
import type { databases } from './databases.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'

export interface SharedServer {
  readonly clock: ManualClock
  /** From the first hook on. */
  readonly running: Running
  readonly databaseUrl: string
}

/** To be called inside `describe`. */
export function sharedServer(
  create: (typeof databases)[number]['create'],
  env: Record<string, string> = {},
): SharedServer {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>> | undefined
  let running: Running | undefined

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock, env })
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  return {
    clock,
    get running() {
      if (!running) throw new Error('the server has not started')
      return running
    },
    get databaseUrl() {
      if (!database) throw new Error('there is no database yet')
      return database.url
    },
  }
}

/** A reviewer's key as `/v1/api-keys` takes it. */
export function reviewer(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    roles: ['reviewer'],
    person: { name, email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com` },
    ...more,
  }
}
