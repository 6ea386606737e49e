// Starts the product for a browser test exactly as `npm start` builds it, in a folder of its own.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppCredentials } from 'botframework-connector'
import { buildApp, type Countersign } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { type Clock, systemClock } from '../../src/kit/clock.ts'
import { freePort } from '../fakes/countersign.ts'

export interface RunningSandbox {
  /** Of the product; the page is at `/sandbox`. */
  url: string
  /** GET, or POST where there is a body; as an admin unless a key is given. Throws for what is not 2xx. */
  call<T>(path: string, call?: { body?: unknown; key?: string }): Promise<T>
  stop(): Promise<void>
  /** Again on the same port and database. */
  start(): Promise<void>
  /** Stops it and removes what it wrote. */
  remove(): Promise<void>
}

const ADMIN_KEY = 'an-admin-key-for-browser-tests-of-enough-length'

export async function startSandbox(clock: Clock = systemClock): Promise<RunningSandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-browser-'))
  const port = await freePort()
  const config = {
    ...loadConfig({ PORT: String(port), LOG_LEVEL: 'silent' }),
    databaseUrl: join(folder, 'sandbox.db'),
    adminKey: ADMIN_KEY,
  }
  const url = config.publicUrl
  let app: Countersign | undefined

  async function start(): Promise<void> {
    // The Bot Framework keeps tokens by app until the process ends, as it does at a real restart.
    Reflect.get(AppCredentials, 'cache').clear()
    app = await buildApp(config, { clock })
    await app.start()
  }
  async function stop(): Promise<void> {
    await app?.stop()
    app = undefined
  }

  await start()
  return {
    url,
    start,
    stop,
    async call<T>(path: string, { body, key = ADMIN_KEY }: { body?: unknown; key?: string } = {}) {
      const response = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
      return JSON.parse(text) as T
    },
    async remove() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
