// (h) Measures what is left of the speed of a click when it is the last of two groups under a policy of fifty rules.

import { load, type Request } from './load.ts'
import { ADMIN_KEY, addDestinations, startProduct } from './product.ts'
import type { Row } from './row.ts'
import { press, tsOf } from './slack-press.ts'
import type { Stage } from './stage.ts'

const CLIENTS = 16

export const policyClick: Row = {
  letter: 'h',
  title: 'the closing click under a policy of 50 rules and two groups, against the same without a policy',
  measures: { perSecond: { what: 'clicks a second under a policy', unit: '/s', bar: { atLeast: 0.9 } } },
  async prepare(stage) {
    const [warmUp, count] = stage.quick ? [100, 400] : [1_000, 6_000]
    return {
      ours: () => clicks(stage, { warmUp, count }, { underPolicy: true }),
      bare: () => clicks(stage, { warmUp, count }, {}),
    }
  },
}

async function clicks(
  stage: Stage,
  { warmUp, count }: { warmUp: number; count: number },
  wanted: { underPolicy?: true },
) {
  const database = await stage.database()
  const product = await startProduct(stage, database.url)
  try {
    const places = await addDestinations(product)
    const ids = await product.ask<string[]>({ fill: { approvals: warmUp + count, places, ...wanted } })
    const requests = ids.map((id, i) => press(id, tsOf(i), `trigger ${i}`))
    await load(product.port, CLIENTS, warmUp, (i) => requests[i] as Request)
    const rest = (i: number) => requests[warmUp + i] as Request
    const { perSecond } = await load(product.port, CLIENTS, count, rest)
    await expectAllClosed(product.port)
    return { perSecond }
  } finally {
    await product.stop()
    await database.drop()
  }
}

/** A refused click is quick: the figures would mean nothing. */
async function expectAllClosed(port: number): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` }
  const answer = await fetch(`http://127.0.0.1:${port}/v1/approvals?status=pending&limit=1`, { headers })
  const { data } = (await answer.json()) as { data: unknown[] }
  if (data.length > 0) throw new Error('a click closed nothing')
}
