// Shows that nothing is lost when a sender is killed (kill -9) in a burst: two real processes on one PostgreSQL.

import { expect, test } from 'vitest'
import { batches, EVENTS, PLACES, place, refusesSome, tally } from '../fakes/burst.ts'
import { ADMIN_KEY, eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { LETS_LOOPBACK, startReceiver } from '../fakes/receiver.ts'
import { keepablePort, SHORT_LEASE, startServer } from '../fakes/server-process.ts'

/** To one webhook by one sender: twenty under way, while the ends of twenty are being written. */
const IN_FLIGHT = 40

test.each(databases.filter(({ name }) => name === 'postgres'))(
  'a process that is killed in a burst loses nothing, and doubles no more than it had in flight',
  async ({ create }) => {
    const database = await create()
    const receiver = await startReceiver(refusesSome())
    const ports = [await keepablePort(), await keepablePort()]
    const [first, second] = ports.map((port) =>
      startServer({
        PORT: String(port),
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        DATABASE_URL: database.url,
        COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
        COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
        ...SHORT_LEASE,
        PEOPLE_TIMEOUT_SECONDS: '1',
        DELIVERY_LEASE_SECONDS: '18',
        ...LETS_LOOPBACK,
      }),
    ) as [ReturnType<typeof startServer>, ReturnType<typeof startServer>]
    await Promise.all([first.ready, second.ready])

    async function post(path: string, body: unknown) {
      const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
      const request = { method: 'POST', headers, body: JSON.stringify(body) }
      expect((await fetch(`http://127.0.0.1:${ports[0]}${path}`, request)).status).toBe(201)
    }
    for (let i = 0; i < PLACES; i++) await post('/v1/settings/notifications', place(receiver, i))

    const told = (async () => {
      for (const body of batches()) await post('/v1/events', body)
    })()
    await eventually(() => receiver.received.length >= (EVENTS * PLACES) / 5, 20_000)
    await second.kill()
    expect(tally(receiver).different).toBeLessThan(EVENTS * PLACES)
    await told

    await eventually(() => tally(receiver).different === EVENTS * PLACES, 40_000)
    const states = 'select distinct state from deliveries'
    const isDone = async () =>
      (await select(database.url, states)).every(({ state }) => state === 'delivered')
    await eventually(isDone, 20_000)
    expect(tally(receiver).twice).toBeLessThanOrEqual(PLACES * IN_FLIGHT)
    expect(first.errors()).toEqual([])
    await first.kill()
    await receiver.close()
    await database.drop()
  },
  60_000,
)
