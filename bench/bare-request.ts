// The bare baseline of a request: express that runs, by hand, the statements that the desk really executes.

import express from 'express'
import { createDesk } from '../src/approvals/create-desk.ts'
import { systemClock } from '../src/kit/clock.ts'
import { newId } from '../src/kit/ids.ts'
import { createLog } from '../src/kit/log.ts'
import { insertDestination, UNSERVED } from '../src/store/destinations.ts'
import { openDatabase } from '../src/store/open-database.ts'
import { executedBy } from './recorded-sql.ts'
import { replayer, scriptOf } from './replay.ts'
import { askedFor } from './sample-request.ts'

const { DATABASE_URL = '', PORT } = process.env

const db = await openDatabase(DATABASE_URL, { as: 'tool', log: createLog('warn') })
const desk = createDesk({
  db,
  clock: systemClock,
  publicUrl: `http://127.0.0.1:${PORT}`,
  reviewable: ['slack'],
  tellable: ['slack'],
  unreachedAfterMs: 60_000,
  secretKey: Buffer.alloc(32),
})

await db.transact(async (trx) => {
  for (const name of ['one', 'two']) {
    await insertDestination(trx, {
      id: newId('dst'),
      channel_type: 'slack',
      name,
      config: '{}',
      sealed_secrets: '',
      events: null,
      min_severity: 'info',
      tools: null,
      agents: null,
      settings: null,
      retry_policy: null,
      enabled: 1,
      disabled_reason: null,
      deleted_at: null,
      created_at: 0,
      updated_at: 0,
      ...UNSERVED,
    })
  }
})

async function request(order: string) {
  const outcome = await desk.request({
    ...askedFor(order),
    ownerKeyId: 'key_bench',
    ownerKeyName: 'bench',
    expiresInSeconds: 3600,
  })
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value.approval
}

const one = await executedBy(() => request('0000000000000001'))
const other = await executedBy(() => request('0000000000000002'))
const answer = await request('0000000000000003')
await db.close()

const replay = replayer(DATABASE_URL, scriptOf(one, other))
const app = express()
app.post('/v1/approvals', express.json(), async (_req, res) => {
  await replay()
  res.status(201).json(answer)
})
process.on('disconnect', () => process.exit(0))
app.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'))
