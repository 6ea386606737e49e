// Serves the log of deliveries to admins: they see what was sent, and send it again.

import type { DeliveryLog, LoggedDelivery } from '../../delivery/log.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { sendNotFound } from '../errors.ts'
import * as operations from './operations.ts'

export function deliveryEndpoints(log: DeliveryLog): Endpoint[] {
  return [
    endpoint(operations.listDeliveries, async ({ query }, res) => {
      const { limit, cursor, state, ...filters } = query
      const { deliveries, next = null } = await log.list(
        { ...filterOf(filters), state, after: cursor },
        limit,
      )
      res.json({ data: deliveries.map(wire), next_cursor: next })
    }),

    endpoint(operations.replayDeliveries, async ({ body: { state, ...filters } }, res) => {
      res.json({ replayed: await log.replayAll({ ...filterOf(filters), state }) })
    }),

    endpoint(operations.readDelivery, async ({ id }, res) => {
      const found = await log.find(id)
      if (!found) return sendNotFound(res)
      const attempts = found.attempts.map(({ at, took_ms, code, excerpt }) => ({
        at: isoTime(at),
        took_ms,
        code,
        excerpt,
      }))
      res.json({ ...wire(found.delivery), log: attempts })
    }),

    endpoint(operations.replayDelivery, async ({ id }, res) => {
      const delivery = await log.replay(id)
      if (!delivery) return sendNotFound(res)
      res.json(wire(delivery))
    }),
  ]
}

interface Filters {
  destination?: string | undefined
  event_type?: string | undefined
  created_from?: number | undefined
  created_before?: number | undefined
}

function filterOf({ destination, event_type, created_from, created_before }: Filters) {
  return {
    destinationId: destination,
    eventType: event_type,
    createdFrom: created_from,
    createdBefore: created_before,
  }
}

function wire(row: LoggedDelivery) {
  return {
    id: row.id,
    destination_id: row.destination_id,
    event_id: row.event_id,
    event_type: row.event_type,
    severity: row.severity,
    approval_id: row.approval_id,
    state: row.state,
    attempts: row.attempts,
    next_attempt_at: row.state === 'pending' ? isoTime(row.next_attempt_at) : null,
    last_error: row.last_error,
    created_at: isoTime(row.created_at),
    finished_at: row.finished_at === null ? null : isoTime(row.finished_at),
  }
}
