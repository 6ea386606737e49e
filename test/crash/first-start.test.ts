// Shows that a server comes up after a kill amid its very first start: real processes, both databases.

import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ADMIN_KEY, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { keepablePort, startServer } from '../fakes/server-process.ts'

const KILLS = 2 * EFFORT
/** About so long the tables take to be made. */
const MIGRATION_MS = 25

test.each(databases)(
  'on $name: killed while it makes its tables, it makes all of them next time',
  async ({ name, createBlank: create }) => {
    for (let kill = 0; kill < KILLS; kill++) {
      const database = await create()
      const PORT = String(await keepablePort())
      const env: Record<string, string> = {
        PORT,
        DATABASE_URL: database.url,
        COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
        // On SQLite it makes its own: that file must be whole too.
        ...(name === 'postgres' && { COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }),
      }
      const first = startServer(env)
      // SQLite writes nothing before its tables; on PostgreSQL any moment of the start will do.
      if (name === 'sqlite') await eventually(() => sizeOf(`${database.url}-wal`) > 0, 20_000)
      else await delay(300 + Math.random() * 300)
      await delay(Math.random() * MIGRATION_MS)
      await first.kill()

      const second = startServer(env)
      await second.ready
      const headers = { authorization: `Bearer ${ADMIN_KEY}` }
      const answer = await fetch(`http://127.0.0.1:${PORT}/v1/approvals`, { headers })
      expect(answer.status).toBe(200)
      await second.kill()
      await database.drop()
    }
  },
  KILLS * 30_000,
)

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
