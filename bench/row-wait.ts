// (c) Measures how soon a waiting agent hears of the decision, while a thousand others wait for theirs.

import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { keepablePort } from '../test/fakes/server-process.ts'
import { type Child, startChild, withTimeout } from './child.ts'
import { median } from './load.ts'
import { ADMIN_KEY, addDestinations, startProduct } from './product.ts'
import type { Row } from './row.ts'
import type { Moment } from './server.ts'
import type { Stage } from './stage.ts'

interface Sizes {
  agents: number
  warmUp: number
  decisions: number
}

/** Until all agents wait, and between decisions: what the last one caused is over. */
const SETTLE_MS = 1_000
const PAUSE_MS = 5
const ANSWER_MS = 10_000

export const wait: Row = {
  letter: 'c',
  title: 'commit → response of a waiting agent, 1,000 waiting',
  measures: { p50Ms: { what: 'commit → waiting agent has the answer', unit: 'ms', bar: { atMost: 2 } } },
  async prepare(stage) {
    const sizes = stage.quick
      ? { agents: 100, warmUp: 10, decisions: 50 }
      : { agents: 1_000, warmUp: 50, decisions: 300 }
    return { ours: () => ours(stage, sizes), bare: () => bare(sizes) }
  },
}

async function ours(stage: Stage, sizes: Sizes) {
  const database = await stage.database()
  const product = await startProduct(stage, database.url)
  try {
    const places = await addDestinations(product)
    const approvals = sizes.agents + sizes.warmUp + sizes.decisions
    const ids = await product.ask<string[]>({ fill: { approvals, places } })
    return await decisions(product.port, sizes, ids, (approvalId, index) =>
      product.ask({ decide: { approvalId, index, destinationId: places[0].destinationId } }),
    )
  } finally {
    await product.stop()
    await database.drop()
  }
}

async function bare(sizes: Sizes) {
  const port = await keepablePort()
  const child: Child = await startChild('bare-wait.ts', { PORT: String(port) })
  try {
    const count = sizes.agents + sizes.warmUp + sizes.decisions
    const ids = Array.from({ length: count }, (_, i) => `apr_${String(i).padStart(26, '0')}`)
    return await decisions(port, sizes, ids, (id) => child.ask(id))
  } finally {
    await child.stop()
  }
}

/** `decide` resolves with the time at which it was durable. An agent that has its answer waits for another one. */
async function decisions(
  port: number,
  { agents, warmUp }: Sizes,
  ids: string[],
  decide: (id: string, index: number) => Promise<Moment>,
) {
  const agent = new Agent({ keepAlive: true })
  const waiting = ids.slice(0, agents).map((id) => answered(port, agent, id))
  await delay(SETTLE_MS)
  const tookMs: number[] = []
  for (const [index, next] of ids.slice(agents).entries()) {
    const [decided, heard] = await withTimeout(
      Promise.all([decide(ids[index] as string, index), waiting[index] as Promise<Moment>]),
      ANSWER_MS,
      'a waiting agent heard nothing',
    )
    if (index >= warmUp) tookMs.push(Number(heard.at - decided.at) / 1e6)
    waiting.push(answered(port, agent, next))
    await delay(PAUSE_MS)
  }
  agent.destroy()
  return { p50Ms: median(tookMs) }
}

/** The monotonic time at which the whole answer was there. */
function answered(port: number, agent: Agent, id: string): Promise<Moment> {
  const heard = new Promise<Moment>((resolve, reject) => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` }
    const path = `/v1/approvals/${id}?wait_seconds=60`
    const sent = request({ host: '127.0.0.1', port, agent, path, headers }, async (answer) => {
      const body = Buffer.concat(await answer.toArray().catch(() => []))
      const at = process.hrtime.bigint()
      if (body.includes('"closed_at":"')) resolve({ at })
      else reject(new Error(`a waiting agent was told ${answer.statusCode} ${body}`))
    })
    sent.on('error', reject)
    sent.end()
  })
  // Who is still waiting at the end is cut off.
  heard.catch(() => undefined)
  return heard
}
