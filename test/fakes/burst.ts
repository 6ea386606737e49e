// Makes a burst: events for five webhooks whose receiver throttles and fails in between.

import { EFFORT } from './effort.ts'
import type { Received, Receiver, Reply } from './receiver.ts'

export const PLACES = 5
export const EVENTS = EFFORT > 1 ? 1_000 : 500
const BATCH = 100

const THROTTLES_EVERY = 211
const FAILS_EVERY = 13

/** By how many came before; what failed once is taken the next time, or somebody would wait for minutes. */
export function refusesSome(): (request: Received) => Reply | undefined {
  const failed = new Set<string>()
  let requests = 0
  return ({ path, id }) => {
    requests += 1
    if (requests % THROTTLES_EVERY === 0) return { status: 429, headers: { 'retry-after': '1' } }
    if (requests % FAILS_EVERY !== 0 || failed.has(`${path} ${id}`)) return undefined
    failed.add(`${path} ${id}`)
    return { status: 500 }
  }
}

/** As `POST /v1/settings/notifications` takes it. */
export function place(receiver: Receiver, number: number) {
  const config = { url: receiver.url(`/${number}`) }
  return { channel_type: 'webhook', name: `bridge ${number}`, config, retry_policy: 'prompt' }
}

/** As `POST /v1/events` takes them. */
export function batches(): { events: { type: string; summary: string }[] }[] {
  return Array.from({ length: EVENTS / BATCH }, (_, batch) => ({
    events: Array.from({ length: BATCH }, (_, i) => ({
      type: 'incident',
      summary: `number ${batch * BATCH + i}`,
    })),
  }))
}

/** How many different events every place has, and how many came there more than once. */
export function tally({ received }: Receiver): { different: number; twice: number } {
  const different = new Set(received.map(({ path, id }) => `${path} ${id}`)).size
  return { different, twice: received.length - different }
}
