// Serves events: agents tell of them, people and auditors read them, reviewers acknowledge them.

import type { Response } from 'express'
import type { Acknowledge } from '../../alerts/acknowledge.ts'
import { refused } from '../../approvals/refusals.ts'
import { isReserved } from '../../events/catalogue.ts'
import type { Intake } from '../../events/intake.ts'
import { sendProblem } from '../../kit/problem.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { sendRefusal } from '../errors.ts'
import { keyedBy } from '../idempotency.ts'
import type { Limiter } from '../limiter.ts'
import * as operations from './operations.ts'

export interface EventRoutesOptions {
  intake: Intake
  acknowledge: Acknowledge
  limiter: Limiter
}

export function eventEndpoints(options: EventRoutesOptions): Endpoint[] {
  const { intake, acknowledge } = options
  return [
    endpoint(operations.emitEvents, (asked, res) => emitEvents(options, asked, res)),
    endpoint(operations.readEvent, async ({ id }, res) => {
      const event = await intake.find(id)
      if (!event) return sendRefusal(res, refused('event_not_found').refusal)
      res.json(event)
    }),
    endpoint(operations.acknowledgeEvent, async ({ caller, id, headers }, res) => {
      const outcome = await acknowledge({ eventId: id, by: caller, ...keyedBy(caller, headers) })
      if (!outcome.ok) return sendRefusal(res, outcome.refusal)
      res.json(outcome.value)
    }),
  ]
}

async function emitEvents(
  { intake, limiter }: EventRoutesOptions,
  { caller, body, headers }: Asked<typeof operations.emitEvents>,
  res: Response,
) {
  const reserved = body.find(({ type }) => isReserved(type))
  if (reserved) {
    const detail = `${reserved.type} is told by Countersign alone`
    return sendProblem(res, { status: 403, code: 'reserved_event_type', detail })
  }
  const foreign = body.find(({ agent }) => caller.agentId !== undefined && agent?.id !== caller.agentId)
  if (foreign) {
    const detail = `This API key speaks for the agent ${caller.agentId} only`
    return sendProblem(res, { status: 403, code: 'agent_mismatch', detail })
  }
  if (!limiter.takeEvents(caller, body.length, res)) return
  const alerts = body.map((alert) => ({ ...alert, keyId: caller.id, keyName: caller.name }))
  const { idempotency } = keyedBy(caller, headers)
  const taken = await intake.take(alerts, idempotency)
  if (!taken.ok) return sendRefusal(res, refused('idempotency_key_reused').refusal)
  res.status(taken.isNew ? 201 : 200).json({ data: taken.events, next_cursor: null })
}
