// Shows that a field which became a secret after it was stored is sealed at the next start, whoever else starts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDestinations, type Destinations } from '../../src/destinations/destinations.ts'
import { USUAL_SETTINGS } from '../../src/events/settings.ts'
import type { PlatformKind } from '../../src/platforms/platform.ts'
import { platformKinds } from '../../src/platforms/registry.ts'
import { environmentAt } from '../fakes/any-provider.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { type Office, openOffice } from '../fakes/office.ts'

const URL = 'https://hooks.example/in?token=hush-hush'
const ADMIN = 'key_admin'

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  const kinds = platformKinds(environmentAt('https://provider.example/', 'https://provider.example'))
  /** As they were before addresses were secrets. */
  const before = kinds.map((kind) => ({ ...kind, secrets: kind.secrets.filter((name) => name !== 'url') }))
  let office: Office
  let database: Awaited<ReturnType<typeof create>>
  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
  })
  afterAll(async () => {
    await office.close()
    await database.drop()
  })

  const open = (of: PlatformKind[], key = 7): Destinations =>
    createDestinations({ db: office.db, clock, secretKey: Buffer.alloc(32, key), kinds: of })
  const rows = () => office.db.read.selectFrom('destinations').selectAll().orderBy('id').execute()
  async function place(destinations: Destinations, channelType: string, config: object): Promise<string> {
    const filter = { events: null, min_severity: 'info', tools: null, agents: null } as const
    const fields = { name: 'a place', ...filter, retry_policy: null, settings: USUAL_SETTINGS, enabled: true }
    return (await destinations.create(channelType, { ...fields, config: { ...config } }, ADMIN)).id
  }

  test('and is shown, sent to and changed as any other', async () => {
    const old = open(before)
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const kept = {
      secret,
      kept_secrets: { current: secret },
      previous_secret_hours: 24,
      signature: 'standard',
    }
    await place(old, 'webhook', { url: URL, ...kept })
    await place(old, 'siem', { url: URL, format: 'cef', headers: { 'X-Key': 'hush' } })
    await old.remove(await place(old, 'webhook', { url: URL, ...kept }), ADMIN)
    // An earlier version took what this one would refuse.
    await place(old, 'siem', { url: 'no address', format: 'leef' })
    const another = await place(open(before, 8), 'siem', { url: URL, format: 'json' })
    expect((await rows()).every(({ config }) => 'url' in JSON.parse(config))).toBe(true)

    await Promise.all([open(kinds).sealStored(), open(kinds).sealStored()])
    const sealed = await rows()
    await open(kinds).sealStored()
    expect(await rows()).toEqual(sealed)
    const ours = sealed.filter(({ id }) => id !== another)
    expect(ours.map(({ config }) => JSON.parse(config))).toEqual([
      { url_shown: 'https://hooks.example/in', previous_secret_hours: 24, signature: 'standard' },
      { url_shown: 'https://hooks.example/in', format: 'cef' },
      { url_shown: 'https://hooks.example/in', previous_secret_hours: 24, signature: 'standard' },
      { format: 'leef' },
    ])
    expect(ours.map((row) => open(kinds).open(row).config)).toMatchObject([
      { url: URL, secret },
      { url: URL, headers: { 'X-Key': 'hush' } },
      { url: URL, secret },
      { url: 'no address' },
    ])
    // Another key sealed this one: it is left to whoever has that key.
    expect(open(before, 8).open(sealed.find(({ id }) => id === another) as never).config).toMatchObject({
      url: URL,
    })
  })

  test('and one that another key sealed is listed without its secrets, and given new ones', async () => {
    const ours = open(kinds)
    const id = await place(open(kinds, 9), 'siem', {
      url: URL,
      url_shown: 'https://hooks.example/in',
      format: 'json',
    })
    const shown = { url_shown: 'https://hooks.example/in', format: 'json' }
    expect((await ours.list()).find((one) => one.id === id)?.config).toEqual(shown)
    expect(await ours.configOf(id)).toEqual(shown)
    const changed = await ours.update(id, { config: { ...shown, url: URL } }, ADMIN)
    expect(changed?.config).toEqual({ ...shown, url: 'set' })
  })
})
