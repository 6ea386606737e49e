// (b) Measures what asking costs beyond its SQL: POST /v1/approvals against bare express with the same statements.

import { randomBytes } from 'node:crypto'
import { keepablePort } from '../test/fakes/server-process.ts'
import { startChild } from './child.ts'
import { fillHistory } from './fill.ts'
import { load, type Request } from './load.ts'
import { addDestinations, startProduct } from './product.ts'
import type { Row } from './row.ts'
import { askedFor } from './sample-request.ts'
import type { Stage } from './stage.ts'

const CLIENTS = 16
/** No key has more pending approvals than it may have. */
const KEYS = 8
/** The planner of PostgreSQL keeps to its first plans, and makes bad ones for empty tables. */
const BEFORE = { total: 5_000, pending: 1_000, decidedToday: 1_000, destinationId: `dst_${'0'.repeat(26)}` }

export const request: Row = {
  letter: 'b',
  title: 'POST /v1/approvals',
  measures: { perSecond: { what: 'requests a second', unit: '/s', bar: { atLeast: 0.8 } } },
  async prepare(stage) {
    const [warmUp, count] = stage.quick ? [100, 400] : [1_000, 6_000]
    return {
      ours: () => ours(stage, warmUp, count),
      bare: () => bare(stage, warmUp, count),
    }
  },
}

async function ours(stage: Stage, warmUp: number, count: number) {
  const database = await usedDatabase(stage)
  const product = await startProduct(stage, database.url)
  try {
    const places = await addDestinations(product)
    await product.ask({ fill: { approvals: 0, places } })
    const keys: string[] = []
    for (let i = 0; i < KEYS; i++) {
      const wanted = { name: `bench ${i}`, roles: ['agent'] }
      keys.push((await product.post<{ key: string }>('/v1/api-keys', wanted)).key)
    }
    return await requests(product.port, keys, warmUp, count)
  } finally {
    await product.stop()
    await database.drop()
  }
}

async function bare(stage: Stage, warmUp: number, count: number) {
  const database = await usedDatabase(stage)
  const port = await keepablePort()
  const child = await startChild('bare-request.ts', { PORT: String(port), DATABASE_URL: database.url })
  try {
    return await requests(port, ['none'], warmUp, count)
  } finally {
    await child.stop()
    await database.drop()
  }
}

async function usedDatabase(stage: Stage) {
  const database = await stage.database()
  await fillHistory(database.url, BEFORE)
  return database
}

async function requests(port: number, keys: string[], warmUp: number, count: number) {
  const next = (i: number) => asking(keys[i % keys.length] as string)
  await load(port, CLIENTS, warmUp, next)
  const { perSecond } = await load(port, CLIENTS, count, next)
  return { perSecond }
}

function asking(key: string): Request {
  const body = JSON.stringify(askedFor(randomBytes(8).toString('hex')))
  return {
    method: 'POST',
    path: '/v1/approvals',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  }
}
