// (a) Measures how much of bare Bolt's speed is left when a click is also decided, audited, told and durable.

import { keepablePort } from '../test/fakes/server-process.ts'
import { startChild } from './child.ts'
import { type Figures, load, type Request } from './load.ts'
import { addDestinations, startProduct } from './product.ts'
import type { Row } from './row.ts'
import { press, tsOf } from './slack-press.ts'
import type { Stage } from './stage.ts'

const CLIENTS = 16

export const click: Row = {
  letter: 'a',
  title: 'signed click → durable decision, audit, event, two deliveries → ack',
  measures: {
    perSecond: { what: 'clicks a second', unit: '/s', bar: { atLeast: 0.4 } },
    p99Ms: { what: 'click, p99', unit: 'ms', bar: { atMost: 2 } },
  },
  async prepare(stage) {
    const [warmUp, count] = stage.quick ? [100, 400] : [2_000, 12_000]
    return {
      ours: () => ours(stage, warmUp, count),
      bare: () => bare(warmUp, count),
    }
  },
}

async function ours(stage: Stage, warmUp: number, count: number) {
  const database = await stage.database()
  const product = await startProduct(stage, database.url)
  try {
    const places = await addDestinations(product)
    const ids = await product.ask<string[]>({ fill: { approvals: warmUp + count, places } })
    return await presses(product.port, ids, warmUp)
  } finally {
    await product.stop()
    await database.drop()
  }
}

async function bare(warmUp: number, count: number) {
  const port = await keepablePort()
  const child = await startChild('bare-bolt.ts', { PORT: String(port) })
  try {
    const ids = Array.from({ length: warmUp + count }, (_, i) => `apr_${String(i).padStart(26, '0')}`)
    return await presses(port, ids, warmUp)
  } finally {
    await child.stop()
  }
}

/** One press on the card of each approval; the first ones only warm up. */
async function presses(port: number, ids: string[], warmUp: number) {
  const requests = ids.map((id, i) => press(id, tsOf(i), `trigger ${i}`))
  await load(port, CLIENTS, warmUp, (i) => requests[i] as Request)
  const figures: Figures = await load(
    port,
    CLIENTS,
    ids.length - warmUp,
    (i) => requests[warmUp + i] as Request,
  )
  return { perSecond: figures.perSecond, p99Ms: figures.p99Ms }
}
