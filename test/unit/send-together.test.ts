// Shows that of very many events that go together, one that is refused takes no other along.

import { expect, test } from 'vitest'
import { type Letter, sendTogether } from '../../src/delivery/send.ts'
import { Undeliverable } from '../../src/platforms/platform.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { silent } from '../fakes/office.ts'
import { EVENT } from '../fakes/told-messages.ts'

interface Sent {
  /** The ids of each request, the refused ones too. */
  requests: string[][]
  arrived: string[]
  ends: Awaited<ReturnType<typeof sendTogether>>
}

/** So many events, of which one is refused. The lease is lost after `requests`. */
async function sendAll(many: number, bad: number, requests = Infinity): Promise<Sent> {
  const letters = Array.from({ length: many }, (_, i) => ({
    delivery: { id: `dlv_${i}`, attempts: 0 },
    message: { kind: 'alert', event: { ...EVENT, id: `evt_${i}` } },
  })) as Letter[]
  const sent: Omit<Sent, 'ends'> = { requests: [], arrived: [] }
  const platform = {
    post: () => Promise.reject(new Error('all go together')),
    redraw: async () => {},
    async digest({ events }: { events: { id: string }[] }) {
      const ids = events.map(({ id }) => id)
      sent.requests.push(ids)
      if (ids.includes(`evt_${bad}`)) throw new Undeliverable('message', 'invalid_payload')
      sent.arrived.push(...ids)
      return {}
    },
  }
  const ends = await sendTogether(letters, {
    db: undefined as never,
    kind: { retryPolicy: 'patient', keepsExcerpts: false },
    place: { row: { id: 'dst_1' } as never, platform, audience: 'people', to: {} as never },
    clock: manualClock(),
    log: silent,
    isOurs: async () => sent.requests.length < requests,
  })
  return { ...sent, ends }
}

test('of a thousand one is given up, and all others arrive, in a few requests', async () => {
  const { requests, arrived, ends } = await sendAll(1_000, 777)
  const refused = ends.filter(({ what }) => what !== 'delivered')
  expect(refused).toMatchObject([{ what: 'dead', delivery: { id: 'dlv_777' } }])
  expect(arrived).toEqual(
    Array.from({ length: 1_000 }, (_, i) => `evt_${i}`).filter((id) => id !== 'evt_777'),
  )
  expect(requests.length).toBeLessThan(25)
})

test('what is not sent because the lease was lost meanwhile has no end', async () => {
  const { requests, ends } = await sendAll(8, 7, 3)
  expect(requests.map((ids) => ids.length)).toEqual([8, 4, 4])
  expect(ends.map(({ what, delivery }) => [what, delivery.id])).toEqual(
    [0, 1, 2, 3].map((i) => ['delivered', `dlv_${i}`]),
  )
})
