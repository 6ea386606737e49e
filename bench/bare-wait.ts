// The bare baseline of waiting: an express long poll that an EventEmitter releases with an answer of the same size.

import { EventEmitter } from 'node:events'
import express from 'express'
import { viewOf } from '../src/approvals/compose-view.ts'
import { systemClock } from '../src/kit/clock.ts'
import { history } from './history.ts'

const released = new EventEmitter().setMaxListeners(0)
const [sample] = history({ total: 1, pending: 0, decidedToday: 1, destinationId: 'none' })
if (!sample) throw new Error('no sample')
const votes = sample.decisions.map((row) => ({ row, reviewerId: row.person_id, counts: true }))
const view = viewOf(sample.approval, { publicUrl: 'http://127.0.0.1:3000', clock: systemClock }, { votes })

const app = express()
app.get('/v1/approvals/:id', (req, res) => {
  released.once(req.params.id, () => res.json({ ...view, id: req.params.id }))
})
process.on('message', (id: string) => {
  const at = process.hrtime.bigint()
  released.emit(id)
  process.send?.({ at })
})
process.on('disconnect', () => process.exit(0))
app.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
