// Runs the commands of docs/upgrade.md on a server with SQLite: back up, upgrade, go back.

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import SqliteHandle from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { ADMIN_KEY, eventually, freePort } from '../fakes/countersign.ts'
import { blocks, readPage } from '../fakes/doc-page.ts'

const PATIENCE_MS = 15_000

const [backUp = '', , restore = ''] = blocks(readPage('docs/upgrade.md'), 'sh')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-upgrade-'))
})
afterAll(() => rm(folder, { recursive: true }))

const inFolder = (command: string) => promisify(execFile)('sh', ['-ec', command], { cwd: folder })

test('what was backed up is back after a newer version had the database', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/v1/api-keys`
  const env = { DATABASE_URL: 'data/countersign.db', PORT: String(port), COUNTERSIGN_ADMIN_KEY: ADMIN_KEY }
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ name: 'made before', roles: ['agent'] })
  async function whileItRuns<T>(use: () => Promise<T>): Promise<T> {
    const server = startCommand(['start'], { LOG_LEVEL: 'silent', ...env }, folder)
    try {
      await eventually(() => server.said().includes('listens on'), PATIENCE_MS)
      return await use()
    } finally {
      server.child.kill('SIGTERM')
      await server.ended
    }
  }

  await whileItRuns(() => fetch(url, { method: 'POST', headers, body }))
  await inFolder(backUp)
  expect((await startCommand(['migrate'], env, folder).ended).out).toBe('The database is up to date.\n')
  const newer = new SqliteHandle(join(folder, env.DATABASE_URL))
  newer.exec(
    `update api_keys set name = 'changed after'; insert into kysely_migration values ('0999-later', '2099')`,
  )
  newer.close()

  await inFolder(restore)
  const keys = await whileItRuns(async () => (await fetch(url, { headers })).text())
  expect(keys).toContain('made before')
}, 60_000)
