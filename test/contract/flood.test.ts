// Shows that on every registered platform a card does not wait behind another key's flood.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AnyProvider, startAnyProvider, takes } from '../fakes/any-provider.ts'
import { eventually } from '../fakes/countersign.ts'
import { EFFORT } from '../fakes/effort.ts'
import { everyPlace, openProviderOffice, type ProviderOffice } from '../fakes/provider-office.ts'

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

describe.each(everyPlace)('$sample on $engine', (where) => {
  let room: ProviderOffice
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
    room = await openProviderOffice(provider, where)
  })
  afterEach(() => room.close())

  const step = async () => {
    room.advance(STEP_MS)
    await delay(STEP_LASTS_MS)
  }

  test('the card of another key is the next new one', async () => {
    const rest = {
      tool: null,
      environment: null,
      action: null,
      data: {},
      keyId: null,
      keyName: null,
      summary: 'flood',
    }
    const agent = { id: 'agent-1', name: 'Noisy' }
    const alert = { type: 'incident', severity: 'info', agent, ...rest } as const
    await room.intake.take(Array.from({ length: ALERTS }, () => alert))
    for (let i = 0; i < CARDS; i++) {
      await room.office.ask({ ownerKeyId: 'key_noisy', risk: { level: 'critical', score: null } })
    }
    await room.worker.start()
    await eventually(async () => {
      await step()
      return taken.length >= 1
    })
    const { id } = await room.office.ask({ ownerKeyId: 'key_quiet', risk: { level: 'low', score: null } })
    const before = taken.length
    await eventually(async () => {
      await step()
      return taken.some((body) => body.includes(id))
    }, 15_000)
    const others = taken.slice(before).findIndex((body) => body.includes(id))
    // One may have been under way.
    const isPaced = room.kind.parallel === undefined && room.kind.batch === undefined
    if (isPaced) expect(others).toBeLessThanOrEqual(1)
  })
})
