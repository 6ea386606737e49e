// Starts a real PostgreSQL for the tests: one server from npm, for the whole run, gone at its end.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Started } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server's maintenance database. */
    postgresAdminUrl: string
  }
}

/** Vitest calls it once before all tests; what it returns is called after them, also when they failed. */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const server = fork(join(import.meta.dirname, 'postgres-server.ts'))
  const ended = once(server, 'exit')
  const stop = async (): Promise<void> => {
    if (server.connected) server.disconnect()
    await ended
  }
  const started: Started = await Promise.race([
    once(server, 'message').then(([message]) => message),
    ended.then(() => ({ problem: 'its process ended' })),
  ])
  if ('problem' in started) {
    await stop()
    throw new Error(`PostgreSQL for the tests did not start:\n${started.problem}`)
  }
  project.provide('postgresAdminUrl', started.adminUrl)
  return stop
}
