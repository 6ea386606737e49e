// Shows that of very many events that go together, one that is refused takes no other along.

import { describe, expect, test } from 'vitest'
import { createRequesterLimit } from '../../src/delivery/requester-limit.ts'
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

interface Provider {
  /** The numbers of the events that it refuses. */
  bad: number[]
  /** It says which, and took those before. */
  saysWhich?: boolean
}

/** So many events. The lease is lost after `requests`. */
async function sendAll(
  many: number,
  { bad, saysWhich = false }: Provider,
  requests = Infinity,
): Promise<Sent> {
  const letters = Array.from({ length: many }, (_, i) => ({
    delivery: { id: `dlv_${i}`, attempts: 0 },
    message: { kind: 'alert', event: { ...EVENT, id: `evt_${i}` } },
  })) as Letter[]
  const sent: Omit<Sent, 'ends'> = { requests: [], arrived: [] }
  const platform = {
    post: () => Promise.reject(new Error('all go together')),
    redraw: async () => ({}),
    async digest({ events }: { events: { id: string }[] }) {
      const ids = events.map(({ id }) => id)
      sent.requests.push(ids)
      const at = ids.findIndex((id) => bad.includes(Number(id.slice('evt_'.length))))
      sent.arrived.push(...(at < 0 ? ids : saysWhich ? ids.slice(0, at) : []))
      if (at >= 0) throw new Undeliverable('message', 'invalid_payload', null, saysWhich ? at : undefined)
      return {}
    },
  }
  const ends = await sendTogether(letters, {
    db: undefined as never,
    kind: { retryPolicy: 'patient', keepsExcerpts: false },
    place: { row: { id: 'dst_1' } as never, platform, audience: 'people', to: {} as never },
    clock: manualClock(),
    log: silent,
    findContacts: async () => undefined,
    requesters: createRequesterLimit(),
    isOurs: async () => sent.requests.length < requests,
  })
  return { ...sent, ends }
}

test('of a thousand one is given up, and all others arrive, in a few requests', async () => {
  const { requests, arrived, ends } = await sendAll(1_000, { bad: [777] })
  const refused = ends.filter(({ what }) => what !== 'delivered')
  expect(refused).toMatchObject([{ what: 'dead', delivery: { id: 'dlv_777' } }])
  expect(arrived).toEqual(
    Array.from({ length: 1_000 }, (_, i) => `evt_${i}`).filter((id) => id !== 'evt_777'),
  )
  expect(requests.length).toBeLessThan(25)
})

test('what is not sent because the lease was lost meanwhile has no end', async () => {
  const { requests, ends } = await sendAll(8, { bad: [7] }, 3)
  expect(requests.map((ids) => ids.length)).toEqual([8, 4, 4])
  expect(ends.map(({ what, delivery }) => [what, delivery.id])).toEqual(
    [0, 1, 2, 3].map((i) => ['delivered', `dlv_${i}`]),
  )
})

describe('where the provider says which one it refuses', () => {
  const all = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `evt_${from + i}`)

  test('those before it are in, it alone is given up, and those behind it are sent', async () => {
    const { requests, arrived, ends } = await sendAll(200, { bad: [3, 150], saysWhich: true })
    expect(requests).toEqual([all(0, 200), all(4, 200), all(151, 200)])
    expect(arrived).toEqual([...all(0, 3), ...all(4, 150), ...all(151, 200)])
    expect(ends.map(({ delivery }) => delivery.id)).toEqual(Array.from({ length: 200 }, (_, i) => `dlv_${i}`))
    const dead = ends.filter(({ what }) => what !== 'delivered')
    expect(dead).toMatchObject([
      { what: 'dead', delivery: { id: 'dlv_3' }, attempt: { code: 'invalid_payload' } },
      { what: 'dead', delivery: { id: 'dlv_150' }, attempt: { code: 'invalid_payload' } },
    ])
    expect(ends[0]?.attempt.code).toBeNull()
  })

  test.each([[[0]], [[7]], [[0, 1, 2, 3, 4, 5, 6, 7]]])(
    'none arrives twice, and none is lost: %j',
    async (bad) => {
      const { arrived, ends } = await sendAll(8, { bad, saysWhich: true })
      expect(arrived).toEqual(all(0, 8).filter((_, number) => !bad.includes(number)))
      expect(ends.filter(({ what }) => what === 'dead')).toHaveLength(bad.length)
      expect(ends).toHaveLength(8)
    },
  )

  test('what is behind it has no end when the lease was lost meanwhile', async () => {
    const { ends } = await sendAll(8, { bad: [2], saysWhich: true }, 1)
    expect(ends.map(({ what }) => what)).toEqual(['delivered', 'delivered', 'dead'])
  })
})
