// Serves events: agents tell of them, people and auditors read them, reviewers acknowledge them.

import type { Acknowledge } from '../../alerts/acknowledge.ts'
import { refused } from '../../approvals/refusals.ts'
import { isReserved } from '../../events/catalogue.ts'
import type { Intake } from '../../events/intake.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { problemOf } from '../errors.ts'
import { keyedBy } from '../idempotency.ts'
import type { Limiter } from '../limiter.ts'
import { answer, type Result } from '../result.ts'
import * as operations from './operations.ts'

export interface EventRoutesOptions {
  intake: Intake
  acknowledge: Acknowledge
  limiter: Limiter
}

export function eventEndpoints(options: EventRoutesOptions): Endpoint[] {
  const { intake, acknowledge } = options
  return [
    endpoint(operations.emitEvents, (asked) => emitEvents(options, asked)),
    endpoint(operations.readEvent, async ({ id }) => {
      const event = await intake.find(id)
      if (!event) return problemOf(refused('event_not_found').refusal)
      return answer(200, event)
    }),
    endpoint(operations.acknowledgeEvent, async ({ caller, id, headers }) => {
      const outcome = await acknowledge({ eventId: id, by: caller, ...keyedBy(caller, headers) })
      if (!outcome.ok) return problemOf(outcome.refusal)
      return answer(200, outcome.value)
    }),
  ]
}

async function emitEvents(
  { intake, limiter }: EventRoutesOptions,
  { caller, body, headers }: Asked<typeof operations.emitEvents>,
): Promise<Result<typeof operations.emitEvents>> {
  const reserved = body.find(({ type }) => isReserved(type))
  if (reserved) {
    const detail = `${reserved.type} is told by Countersign alone`
    return { problem: { status: 403, code: 'reserved_event_type', detail } }
  }
  const foreign = body.find(({ agent }) => caller.agentId !== undefined && agent?.id !== caller.agentId)
  if (foreign) {
    const detail = `This API key speaks for the agent ${caller.agentId} only`
    return { problem: { status: 403, code: 'agent_mismatch', detail } }
  }
  const tooMany = limiter.takeEvents(caller, body.length)
  if (tooMany) return tooMany
  const alerts = body.map((alert) => ({ ...alert, keyId: caller.id, keyName: caller.name }))
  const { idempotency } = keyedBy(caller, headers)
  const taken = await intake.take(alerts, idempotency)
  if (!taken.ok) return problemOf(refused('idempotency_key_reused').refusal)
  return answer(taken.isNew ? 201 : 200, { data: taken.events, next_cursor: null })
}
