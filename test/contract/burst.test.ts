// Shows that a thousand events at once reach five destinations, though their receiver refuses some of them.

import { expect, test } from 'vitest'
import { batches, EVENTS, PLACES, place, refusesSome, tally } from '../fakes/burst.ts'
import { eventually, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { select } from '../fakes/peek.ts'
import { LETS_LOOPBACK, startReceiver } from '../fakes/receiver.ts'

const STEP_MS = 250

test.each(databases)(
  'on $name: in a burst with 429s and 500s in between all is delivered, and nothing twice',
  async ({ create }) => {
    const database = await create()
    const clock = manualClock()
    const receiver = await startReceiver(refusesSome())
    const running = await startCountersign({ databaseUrl: database.url, clock, env: LETS_LOOPBACK })
    for (let i = 0; i < PLACES; i++) await running.destination(place(receiver, i))
    for (const body of batches()) {
      expect((await running.call('POST', '/v1/events', { body })).status).toBe(201)
    }
    await eventually(() => {
      clock.advance(STEP_MS)
      return tally(receiver).different === EVENTS * PLACES
    }, 40_000)
    const states = 'select state, count(*) as n from deliveries group by state'
    await eventually(async () => (await select(database.url, states)).length === 1)
    expect(await select(database.url, `${states} having state = 'delivered'`)).toHaveLength(1)
    expect(tally(receiver)).toEqual({ different: EVENTS * PLACES, twice: 0 })
    await running.stop()
    await receiver.close()
    await database.drop()
  },
  60_000,
)
