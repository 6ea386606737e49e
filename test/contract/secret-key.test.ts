// Shows that only the key that sealed the secrets of a database opens it, and how to start over when it is lost.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDestinations } from '../../src/destinations/destinations.ts'
import { openSecretKey, resetSecretKey } from '../../src/destinations/secret-key.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import { createSigningKeys } from '../../src/grants/signing-keys.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { silent } from '../fakes/office.ts'
import { select } from '../fakes/peek.ts'

const KEY = Buffer.alloc(32, 1)
const OTHER = Buffer.alloc(32, 2)
const ANOTHER = /^COUNTERSIGN_SECRET_KEY is another key than the one that sealed .* secret-key reset/
const kinds = [{ name: 'slack', secrets: ['bot_token'] }] as unknown as Parameters<
  typeof createDestinations
>[0]['kinds']

describe.each(databases)('on $name', ({ name, create }) => {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>>
  let db: Database
  beforeEach(async () => {
    database = await create()
    db = await openDatabase(database.url, { as: 'server', log: silent })
  })
  afterEach(async () => {
    await db.close()
    await database.drop()
  })

  const source = (secretKey?: Buffer) => ({ secretKey, databaseUrl: database.url })
  const open = (secretKey?: Buffer) => openSecretKey(db, source(secretKey))
  const destinationsWith = (secretKey: Buffer) => createDestinations({ db, clock, secretKey, kinds })
  const sealWith = async (secretKey: Buffer, config: Record<string, string>) => {
    const wanted = { name: 'Approvals', config, events: null, tools: null, agents: null, retry_policy: null }
    const fields = { ...wanted, min_severity: 'info', settings: USUAL_SETTINGS, enabled: true } as const
    return (await destinationsWith(secretKey).create('slack', fields, 'key_admin')).id
  }

  test('the key of the first start opens it from then on, and no other does', async () => {
    expect(await open(KEY)).toEqual(KEY)
    await expect(open(OTHER)).rejects.toThrow(ANOTHER)
    expect(await open(KEY)).toEqual(KEY)
  })

  test('of two that start at once with different keys one is refused', async () => {
    const started = await Promise.allSettled([open(KEY), open(OTHER)])
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('in a database of an earlier version the key must open a secret that is there', async () => {
    await sealWith(KEY, { bot_token: 'xoxb-1' })
    await expect(open(OTHER)).rejects.toThrow(ANOTHER)
    expect(await open(KEY)).toEqual(KEY)
  })

  if (name === 'sqlite') {
    test('a key file that is lost is not made anew', async () => {
      expect(await open()).toEqual(await open())
      await rm(`${database.url}.key`)
      await expect(open()).rejects.toThrow(/test\.db\.key is missing: it is the one that sealed/)
      expect(existsSync(`${database.url}.key`)).toBe(false)
    })
  }

  test('started over with another key, what had secrets is off until they are set again', async () => {
    await open(KEY)
    const keysWith = (secretKey: Buffer) => createSigningKeys({ db, secretKey, clock })
    await keysWith(KEY).keep()
    const secret = await sealWith(KEY, { bot_token: 'xoxb-1', channel_id: 'C1' })
    const plain = await sealWith(KEY, { channel_id: 'C2' })
    await expect(resetSecretKey(db, source(KEY), clock)).rejects.toThrow('nothing was changed')

    expect(await resetSecretKey(db, source(OTHER), clock)).toEqual(['Approvals'])
    expect(await open(OTHER)).toEqual(OTHER)
    await expect(open(KEY)).rejects.toThrow(ANOTHER)
    const destinations = destinationsWith(OTHER)
    const off = { enabled: false, disabled_reason: 'secret_key_lost' }
    expect(await destinations.find(secret)).toMatchObject(off)
    expect(await destinations.configOf(secret)).toEqual({ channel_id: 'C1' })
    expect(await destinations.find(plain)).toMatchObject({ enabled: true })
    expect(await destinations.configOf(plain)).toEqual({ channel_id: 'C2' })
    await keysWith(OTHER).keep()
    expect((await keysWith(OTHER).published()).keys).toHaveLength(2)
    const actions = await select(database.url, 'select action from audit order by id')
    expect(actions.map(({ action }) => action)).toContain('secret_key.reset')
  })
})
