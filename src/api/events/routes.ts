// Serves events: agents tell of them, people and auditors read them, reviewers acknowledge them.

import type { Acknowledge } from '../../alerts/acknowledge.ts'
import { refused } from '../../approvals/refusals.ts'
import { type EventType, isReserved } from '../../events/catalogue.ts'
import type { Intake } from '../../events/intake.ts'
import type { AlertQueries } from '../../events/queries.ts'
import { type Asked, type Endpoint, endpoint } from '../endpoint.ts'
import { problemOf } from '../errors.ts'
import { keyedBy } from '../idempotency.ts'
import type { Limiter } from '../limiter.ts'
import { answer, type Result } from '../result.ts'
import * as operations from './operations.ts'

/** Added where whoever tells of it may have meant to ask. */
const HOW_TO_ASK: Partial<Record<EventType, string>> = {
  'approval.requested': '; POST /v1/approvals asks people for a decision',
}
const ASKS_NOBODY =
  'decision.require_approval is a report and asks nobody; POST /v1/approvals asks people for a decision'

export interface EventRoutesOptions {
  intake: Intake
  alerts: AlertQueries
  acknowledge: Acknowledge
  limiter: Limiter
}

export function eventEndpoints(options: EventRoutesOptions): Endpoint[] {
  const { alerts, acknowledge } = options
  return [
    endpoint(operations.emitEvents, (asked) => emitEvents(options, asked)),
    endpoint(operations.listEvents, (asked) => listEvents(options, asked)),
    endpoint(operations.readEvent, async ({ id }) => {
      const event = await alerts.find(id)
      if (!event) return problemOf(refused('event_not_found').refusal, id)
      return answer(200, event)
    }),
    endpoint(operations.acknowledgeEvent, async ({ caller, id, headers }) => {
      const outcome = await acknowledge({ eventId: id, by: caller, ...keyedBy(caller, headers) })
      if (!outcome.ok) return problemOf(outcome.refusal, id)
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
    const detail = `${reserved.type} is told by Countersign alone${HOW_TO_ASK[reserved.type] ?? ''}`
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
  const isReport = taken.events.some(({ type }) => type === 'decision.require_approval')
  const page = { data: taken.events, next_cursor: null, ...(isReport && { notice: ASKS_NOBODY }) }
  return answer(taken.isNew ? 201 : 200, page)
}

async function listEvents(
  { alerts }: EventRoutesOptions,
  { query }: Asked<typeof operations.listEvents>,
): Promise<Result<typeof operations.listEvents>> {
  const { type, severity, agent, tool, acknowledged, created_from, created_before } = query
  const { include, limit, cursor } = query
  const filter = {
    types: type,
    severity,
    agentId: agent,
    tool,
    isAcknowledged: acknowledged,
    createdFrom: created_from,
    createdBefore: created_before,
    after: cursor,
  }
  const page = await (include === 'details' ? alerts.listWhole(filter, limit) : alerts.list(filter, limit))
  return answer(200, { data: page.alerts, next_cursor: page.next ?? null })
}
