// Shows that on every registered platform a card does not wait behind another key's flood.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createWorker, type Worker } from '../../src/delivery/worker.ts'
import { createNewsroom } from '../../src/events/newsroom.ts'
import { type AnyProvider, kindOf, portsAt, SAMPLES, startAnyProvider, takes } from '../fakes/any-provider.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts'
import { type Office, openOffice, silent } from '../fakes/office.ts'

/** With the soak's effort a thousand and two hundred. */
const ALERTS = 100 * EFFORT
const CARDS = 20 * EFFORT
const STEP_MS = 250
/** A sender that has something to do is done with it by then, or goes on in the next step. */
const STEP_LASTS_MS = 15

let provider: AnyProvider
/** The bodies that the provider took, in their order. */
let taken: string[]
beforeAll(async () => {
  provider = await startAnyProvider()
})
afterAll(() => provider.close())

const everyPlace = databases.flatMap(({ name: engine, create }) =>
  Object.entries(SAMPLES).map(([sample, { config }]) => ({ engine, sample, create, config })),
)

describe.each(everyPlace)('$sample on $engine', ({ sample, create, config }) => {
  let database: Awaited<ReturnType<typeof create>>
  let clock: ManualClock
  let office: Office
  let worker: Worker
  let isPaced: boolean

  beforeEach(async () => {
    taken = []
    provider.answer((req, res) => {
      let body = ''
      req.on('data', (some) => {
        body += some
      })
      req.on('end', () => {
        taken.push(body)
        takes(req, res)
      })
    })
    database = await create()
    clock = manualClock()
    office = await openOffice(database.url, clock)
    const at = `${provider.url}/`
    const kind = kindOf(sample, at, provider.url)
    const opened = kind.config.parse(config(at))
    isPaced = kind.parallel === undefined && kind.batch === undefined
    await office.destination({ channel_type: kind.name })
    worker = createWorker({
      db: office.db,
      kinds: [kind],
      platforms: new Map([[kind.name, await kind.create(portsAt(at))]]),
      publicUrl: 'https://sign.example.com',
      onMoved: async () => {},
      open: ({ id, name }) => ({ id, name, config: opened, includeDetails: true }),
      findView: office.queries.find,
      leaseMs: 60_000,
      unreachedAfterMs: 60_000,
      clock,
      log: silent,
    })
  })
  afterEach(async () => {
    await worker.stop()
    await office.close()
    await database.drop()
  })

  const step = async () => {
    clock.advance(STEP_MS)
    office.db.signals.publish('deliveries', '')
    await delay(STEP_LASTS_MS)
  }

  test('the card of another key is the next new one', async () => {
    const newsroom = createNewsroom({ db: office.db, clock, publicUrl: 'https://sign.example.com' })
    const rest = { tool: null, environment: null, action: null, data: {}, keyId: null, summary: 'flood' }
    const agent = { id: 'agent-1', name: 'Noisy' }
    const alert = { type: 'incident', severity: 'info', agent, ...rest } as const
    await newsroom.take(Array.from({ length: ALERTS }, () => alert))
    for (let i = 0; i < CARDS; i++) {
      await office.ask({ ownerKeyId: 'key_noisy', risk: { level: 'critical', score: null } })
    }
    await worker.start()
    await eventually(async () => {
      await step()
      return taken.length >= 1
    })
    const { id } = await office.ask({ ownerKeyId: 'key_quiet', risk: { level: 'low', score: null } })
    const before = taken.length
    await eventually(async () => {
      await step()
      return taken.some((body) => body.includes(id))
    }, 15_000)
    const others = taken.slice(before).findIndex((body) => body.includes(id))
    // One may have been under way.
    if (isPaced) expect(others).toBeLessThanOrEqual(1)
  })
})
