// (g) Measures how much of a bare loop's speed is left when each delivery is durable, logged, guarded and signed.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { startChild, withTimeout } from './child.ts'
import { median } from './load.ts'
import { addDestination, startProduct } from './product.ts'
import type { Row } from './row.ts'
import type { Moment } from './server.ts'
import type { Stage } from './stage.ts'

const DESTINATIONS = 5
const BATCH = 100
const LONGEST_MS = 120_000
const PAUSE_MS = 20
const EGRESS = { EGRESS_ALLOW_CIDRS: '127.0.0.0/8', EGRESS_ALLOW_HTTP: 'true' }

/** A request as it came in. */
interface Sent {
  headers: Record<string, string>
  body: string
}

interface Receiver {
  url(number: number): string
  /** Resolves once so many arrived, with the first one, and the milliseconds from then to the last. */
  arrived(count: number): Promise<{ first: Sent; tookMs: number }>
  /** When the next one arrives. */
  next(): Promise<bigint>
  close(): void
}

export const deliver: Row = {
  letter: 'g',
  title: 'events in the outbox → five webhooks',
  measures: {
    perSecond: { what: 'deliveries a second', unit: '/s', bar: { atLeast: 0.5 } },
  },
  async prepare(stage) {
    const events = stage.quick ? 100 : 1_000
    const receiver = await startReceiver()
    // What ours sends, the bare loop sends too.
    let first: Sent | undefined
    return {
      async ours() {
        const round = await ours(stage, receiver, events)
        first = round.first
        return { perSecond: round.perSecond }
      },
      bare: () => bare(receiver, events, first as Sent),
      async end() {
        receiver.close()
      },
    }
  },
}

async function ours(stage: Stage, receiver: Receiver, events: number) {
  const database = await stage.database()
  const product = await startProduct(stage, database.url, EGRESS)
  try {
    for (let i = 0; i < DESTINATIONS; i++) {
      const config = { url: receiver.url(i) }
      await addDestination(product, `place ${i}`, 'webhook', config)
    }
    const firstMs = await firstBytes(product, receiver, stage.quick ? 5 : 50)
    // Nothing leaves while the outbox is filled.
    await product.ask({ fill: { approvals: 0, places: [] } })
    for (let sent = 0; sent < events; sent += BATCH) {
      await product.post('/v1/events', { events: Array.from({ length: BATCH }, () => EVENT) })
    }
    const arrived = receiver.arrived(events * DESTINATIONS)
    await product.ask({ release: true })
    const { first, tookMs } = await withTimeout(arrived, LONGEST_MS, 'not all were delivered')
    console.error(`    ${stage.engine}: commit to first byte ${firstMs.toFixed(2)} ms`)
    return { first, perSecond: (events * DESTINATIONS * 1000) / tookMs }
  } finally {
    await product.stop()
    await database.drop()
  }
}

/** From the commit of a request until its first webhook is called: the median in milliseconds. */
async function firstBytes(
  product: Awaited<ReturnType<typeof startProduct>>,
  receiver: Receiver,
  count: number,
): Promise<number> {
  const tookMs: number[] = []
  for (let i = 0; i < count; i++) {
    const next = receiver.next()
    const { at } = await product.ask<Moment>({ request: i })
    tookMs.push(Number((await next) - at) / 1e6)
    await delay(PAUSE_MS)
  }
  return median(tookMs)
}

async function bare(receiver: Receiver, events: number, sent: Sent) {
  const urls = Array.from({ length: DESTINATIONS }, (_, i) => receiver.url(i))
  const child = await startChild('bare-deliver.ts', {})
  try {
    const arrived = receiver.arrived(events * DESTINATIONS)
    await child.ask({ urls, events, ...sent })
    return { perSecond: (events * DESTINATIONS * 1000) / (await arrived).tookMs }
  } finally {
    await child.stop()
  }
}

const EVENT = {
  type: 'policy.violation',
  severity: 'high',
  agent: { id: 'bench', name: 'Bench agent' },
  tool: 'gmail.send',
  summary: 'An address was about to leave the company',
  action: 'blocked',
  data: { policy_name: 'no-pii-in-mail', rule: 'email_pattern' },
}

async function startReceiver(): Promise<Receiver> {
  let onRequest: (req: IncomingMessage) => void = () => {}
  const server = createServer((req, res) => {
    onRequest(req)
    req.resume().on('end', () => res.writeHead(204).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (number) => `http://127.0.0.1:${port}/hook/${number}`,
    arrived: (count) =>
      new Promise((resolve) => {
        let left = count
        let from = 0
        let first: Promise<Sent> | undefined
        onRequest = (req) => {
          if (left === count) from = performance.now()
          first ??= sentIn(req)
          left -= 1
          if (left > 0) return
          const tookMs = performance.now() - from
          void first.then((sent) => resolve({ first: sent, tookMs }))
        }
      }),
    next: () =>
      new Promise((resolve) => {
        onRequest = () => {
          onRequest = () => {}
          resolve(process.hrtime.bigint())
        }
      }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function sentIn(req: IncomingMessage): Promise<Sent> {
  // What is of the connection, each makes for itself.
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = req.headers
  const chunks: Buffer[] = []
  req.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve) => {
    const body = () => Buffer.concat(chunks).toString()
    req.on('end', () => resolve({ headers: headers as Record<string, string>, body: body() }))
  })
}
