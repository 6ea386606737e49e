// (d) Measures whether reading stays fast when the history grows: the same reads among a hundred times as much.

import { fillHistory } from './fill.ts'
import type { Extent } from './history.ts'
import { load, type Request } from './load.ts'
import { ADMIN_KEY, addDestinations, startProduct } from './product.ts'
import type { Measure, Row } from './row.ts'
import { governance } from './slack-press.ts'
import type { BenchDatabase, Stage } from './stage.ts'

/** For each kind of read: a scan of a million rows must not hold up the whole bench. */
const LONGEST_MS = 4_000
const bar = { atMost: 1.3 }
const latency = (what: string): Measure => ({ what, unit: 'ms', bar })

export const scale: Row = {
  letter: 'd',
  title: 'reading 1,000,000 approvals against 10,000',
  measures: {
    pending: latency('first page of pending, 1,000,000 against 10,000 in all'),
    list: latency('first page of all, 1,000,000 against 10,000'),
    one: latency('one approval, 1,000,000 against 10,000'),
    status: latency('/governance status, 1,000,000 against 10,000'),
    crowd: latency('first page of pending, 100,000 against 1,000 pending'),
  },
  async prepare(stage) {
    const today = { pending: 1_000, decidedToday: 5_000 }
    const few = await filled(stage, { ...today, total: 10_000 })
    const many = await filled(stage, { ...today, total: stage.quick ? 20_000 : 1_000_000 })
    const pending = stage.quick ? 10_000 : 100_000
    const crowd = await filled(stage, { pending, decidedToday: 5_000, total: pending + 9_000 })
    return {
      async ours() {
        return {
          ...(await latencies(stage, many)),
          crowd: (await latencies(stage, crowd)).pending ?? Number.NaN,
        }
      },
      async bare() {
        const figures = await latencies(stage, few)
        return { ...figures, crowd: figures.pending ?? Number.NaN }
      },
      async end() {
        for (const { database } of [few, many, crowd]) await database.drop()
      },
    }
  },
}

interface Filled {
  database: BenchDatabase
  /** Of decided approvals. */
  ids: string[]
}

async function filled(stage: Stage, extent: Omit<Extent, 'destinationId'>): Promise<Filled> {
  const database = await stage.database()
  const product = await startProduct(stage, database.url)
  const [{ destinationId }] = await addDestinations(product)
  await product.stop()
  const from = performance.now()
  const ids = await fillHistory(database.url, { ...extent, destinationId })
  const seconds = Math.round((performance.now() - from) / 1000)
  console.error(`    ${stage.engine}: ${extent.total} approvals filled in ${seconds} s`)
  return { database, ids }
}

/** Median latencies of one client, in a fresh process. */
async function latencies(stage: Stage, { database, ids }: Filled): Promise<Record<string, number>> {
  const [warmUp, count] = stage.quick ? [20, 50] : [200, 500]
  const product = await startProduct(stage, database.url)
  const reads: Record<string, (i: number) => Request> = {
    pending: () => read('/v1/approvals?status=pending'),
    list: () => read('/v1/approvals'),
    one: (i) => read(`/v1/approvals/${ids[i % ids.length]}`),
    status: () => governance('status'),
  }
  try {
    const figures: Record<string, number> = {}
    for (const next of Object.values(reads)) await load(product.port, 1, warmUp, next, LONGEST_MS)
    for (const [name, next] of Object.entries(reads))
      figures[name] = (await load(product.port, 1, count, next, LONGEST_MS)).p50Ms
    return figures
  } finally {
    await product.stop()
  }
}

function read(path: string): Request {
  return { method: 'GET', path, headers: { authorization: `Bearer ${ADMIN_KEY}` } }
}
