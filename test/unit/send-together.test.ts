// Shows that of very many events that go together, one that is refused takes no other along.

import { expect, test } from 'vitest'
import { type Letter, sendTogether } from '../../src/delivery/send.ts'
import { Undeliverable } from '../../src/platforms/platform.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { silent } from '../fakes/office.ts'
import { EVENT } from '../fakes/told-messages.ts'

const MANY = 1_000
const BAD = 'evt_777'

test('what is not sent because the lease was lost meanwhile has no end', async () => {
  const letters = Array.from({ length: 8 }, (_, i) => ({
    delivery: { id: `dlv_${i}`, attempts: 0 },
    message: { kind: 'alert', event: { ...EVENT, id: `evt_${i}` } },
  })) as Letter[]
  const sent: number[] = []
  const platform = {
    post: () => Promise.reject(new Error('all go together')),
    redraw: async () => {},
    async digest({ events }: { events: { id: string }[] }) {
      sent.push(events.length)
      if (events.some(({ id }) => id === 'evt_7')) throw new Undeliverable('message', 'invalid_payload')
      return {}
    },
  }
  const ends = await sendTogether(letters, {
    db: undefined as never,
    kind: { retryPolicy: 'patient', keepsExcerpts: false },
    place: { row: { id: 'dst_1' } as never, platform, audience: 'people', to: {} as never },
    clock: manualClock(),
    log: silent,
    isOurs: async () => sent.length < 3,
  })
  expect(sent).toEqual([8, 4, 4])
  expect(ends.map(({ what, delivery }) => [what, delivery.id])).toEqual(
    [0, 1, 2, 3].map((i) => ['delivered', `dlv_${i}`]),
  )
})

test('of a thousand one is given up, and all others arrive, in a few requests', async () => {
  const letters = Array.from({ length: MANY }, (_, i) => ({
    delivery: { id: `dlv_${i}`, attempts: 0 },
    message: { kind: 'alert', event: { ...EVENT, id: `evt_${i}` } },
  })) as Letter[]
  const arrived: string[] = []
  let requests = 0
  const platform = {
    post: () => Promise.reject(new Error('all go together')),
    redraw: async () => {},
    async digest({ events }: { events: { id: string }[] }) {
      requests += 1
      if (events.some(({ id }) => id === BAD)) throw new Undeliverable('message', 'invalid_payload')
      arrived.push(...events.map(({ id }) => id))
      return {}
    },
  }
  const ends = await sendTogether(letters, {
    db: undefined as never,
    kind: { retryPolicy: 'patient', keepsExcerpts: false },
    place: { row: { id: 'dst_1' } as never, platform, audience: 'people', to: {} as never },
    clock: manualClock(),
    log: silent,
    isOurs: async () => true,
  })
  const refused = ends.filter(({ what }) => what !== 'delivered')
  expect(refused).toMatchObject([{ what: 'dead', delivery: { id: 'dlv_777' } }])
  expect(arrived).toEqual(letters.map(({ message }) => message.event.id).filter((id) => id !== BAD))
  expect(requests).toBeLessThan(25)
})
