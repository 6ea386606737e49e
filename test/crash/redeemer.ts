// Runs as one of several processes that redeem the same grants: says that it is ready, and answers each call.

import { createDesk } from '../../src/approvals/create-desk.ts'
import type { Redeem, RequestApproval } from '../../src/approvals/desk.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { DESK, silent } from '../fakes/office.ts'

/** Either of what may have a receipt as its answer. */
export type Call = { redeem: Redeem } | { request: RequestApproval }

export interface Answer {
  number: number
  receipt: string | null
  /** Of a refusal. */
  code: string | null
}

const [url = '', now = ''] = process.argv.slice(2)
// Two servers would not share a file of SQLite; any number of tools do.
const db = await openDatabase(url, { as: 'tool', log: silent })
const desk = createDesk({ db, clock: { now: () => Number(now) }, ...DESK })

process.on('message', async ({ number, ...call }: Call & { number: number }) => {
  const outcome = await ('redeem' in call ? desk.redeem(call.redeem) : desk.request(call.request))
  const answer = outcome.ok
    ? { receipt: outcome.value.receipt ?? null, code: null }
    : { receipt: null, code: outcome.refusal.code }
  process.send?.({ number, ...answer } satisfies Answer)
})
process.once('disconnect', () => process.exit())
process.send?.('ready')
