// Serves the log of deliveries to admins: they see what was sent, and send it again.

import type { z } from 'zod'
import type { DeliveryLog, LoggedDelivery } from '../../delivery/log.ts'
import { recipientOf } from '../../events/recipient.ts'
import type { Severity } from '../../events/severity.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer } from '../result.ts'
import * as operations from './operations.ts'

export function deliveryEndpoints(log: DeliveryLog): Endpoint[] {
  return [
    endpoint(operations.listDeliveries, async ({ query }) => {
      const { limit, cursor, state, ...filters } = query
      const { deliveries, next = null } = await log.list(
        { ...filterOf(filters), state, after: cursor },
        limit,
      )
      return answer(200, { data: deliveries.map(wire), next_cursor: next })
    }),

    endpoint(operations.replayDeliveries, async ({ body: { state, ...filters } }) => {
      const replayed = await log.replayAll({ ...filterOf(filters), state })
      return answer(200, { replayed })
    }),

    endpoint(operations.readDelivery, async ({ id }) => {
      const found = await log.find(id)
      if (!found) return notFound('delivery', id)
      const attempts = found.attempts.map(({ at, took_ms, code, excerpt }) => ({
        at: isoTime(at),
        took_ms,
        code,
        excerpt,
      }))
      return answer(200, { ...wire(found.delivery), log: attempts })
    }),

    endpoint(operations.replayDelivery, async ({ id }) => {
      const delivery = await log.replay(id)
      if (!delivery) return notFound('delivery', id)
      return answer(200, wire(delivery))
    }),
  ]
}

type DeliveryState = z.infer<typeof operations.delivery>['state']

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

/** Never an address. */
function recipientIn(row: LoggedDelivery): z.infer<typeof operations.delivery>['recipient'] {
  const recipient = recipientOf(row)
  if (recipient === null) return null
  const nobody = { person_id: null, account: null }
  if ('person_id' in recipient) return { ...nobody, kind: 'person', person_id: recipient.person_id }
  if ('account' in recipient) return { ...nobody, kind: 'account', account: recipient.account }
  return { ...nobody, kind: 'requester' }
}

function wire(row: LoggedDelivery): z.infer<typeof operations.delivery> {
  return {
    id: row.id,
    destination_id: row.destination_id,
    event_id: row.event_id,
    event_type: row.event_type,
    severity: row.severity as Severity,
    approval_id: row.approval_id,
    recipient: recipientIn(row),
    state: row.state as DeliveryState,
    attempts: row.attempts,
    next_attempt_at: row.state === 'pending' ? isoTime(row.next_attempt_at) : null,
    last_error: row.last_error,
    created_at: isoTime(row.created_at),
    finished_at: row.finished_at === null ? null : isoTime(row.finished_at),
  }
}
