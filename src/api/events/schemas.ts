// Defines what events an agent may send: our own envelope, and two shapes from other products' documents.

import { z } from 'zod'
import { canonicalType, EVENT_TYPES, type EventType, nearestType } from '../../events/catalogue.ts'
import type { Alert } from '../../events/emit.ts'
import { jsonObject, level, text } from '../input.ts'
import { oneOf } from '../one-of.ts'

const MOST_AT_ONCE = 100
/** A record of one event is looked at by people; what is larger belongs elsewhere. */
const MOST_DATA = 16_384

const isSmall = (value: object) => JSON.stringify(value).length <= MOST_DATA
const TOO_LARGE = `must have at most ${MOST_DATA} characters as JSON`
const data = jsonObject.refine(isSmall, TOO_LARGE)

/** A reserved type passes: who may send what is answered apart. */
const type = text(100).transform((given, context): EventType => {
  const canonical = canonicalType(given)
  if (canonical) return canonical
  const message = `is not a known event type; did you mean ${nearestType(given)}?`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const agent = z.strictObject({ id: text(200), name: text(200).optional() }).meta({ id: 'EventAgent' })

export const newEvent = z.strictObject({
  type,
  severity: level.optional(),
  created_at: z.iso.datetime({ offset: true }).optional(),
  agent: agent.optional(),
  tool: text(200).optional(),
  environment: text(100).optional(),
  summary: text(2000).optional(),
  action: text(200).optional(),
  data: data.default({}),
})

const ours = newEvent
  .transform(({ created_at, ...given }) => alertOf({ ...given, at: created_at }))
  .meta({ id: 'NewEvent' })

const timestamp = z.iso.datetime({ offset: true }).optional()

const details = z
  .looseObject({ action: text(200).optional(), message: text(2000).optional() })
  .refine(isSmall, TOO_LARGE)
  .meta({ id: 'EventDetails' })

/** `{event, timestamp, agent_id, …, details: {…}, meta: {…}}` */
const detailed = z
  .strictObject({
    event: type,
    timestamp,
    agent_id: text(200).optional(),
    agent_name: text(200).optional(),
    severity: level.optional(),
    details: details.default({}),
    meta: data.optional(),
  })
  .transform(({ event, timestamp: at, agent_id, agent_name, severity, details, meta }) => {
    const { action, message, ...more } = details
    return alertOf({
      type: event,
      severity,
      at,
      agent: agent_id === undefined ? undefined : { id: agent_id, name: agent_name },
      summary: message,
      action,
      data: { ...more, ...(meta && { meta }) },
    })
  })
  .meta({ id: 'DetailedEvent' })

const enclosedData = z
  .looseObject({
    agent_id: text(200),
    agent_name: text(200).optional(),
    action: text(200).optional(),
    reason: text(2000).optional(),
  })
  .refine(isSmall, TOO_LARGE)
  .meta({ id: 'EnclosedData' })

/** `{id, type, created_at, environment, data: {agent_id, action, reason, …}}` */
const enclosed = z
  .strictObject({
    id: text(200).optional(),
    type,
    created_at: timestamp,
    environment: text(100).optional(),
    data: enclosedData,
  })
  .transform(({ id, type: canonical, created_at, environment, data: given }) => {
    const { agent_id, agent_name, action, reason, ...more } = given
    return alertOf({
      type: canonical,
      at: created_at,
      agent: { id: agent_id, name: agent_name },
      environment,
      summary: reason,
      action,
      data: { ...more, ...(id !== undefined && { source_id: id }) },
    })
  })
  .meta({ id: 'EnclosedEvent' })

type Incoming = Omit<Alert, 'keyId' | 'keyName'>

interface Given {
  type: EventType
  severity?: Alert['severity'] | undefined
  /** When it happened, as the sender says. */
  at?: string | undefined
  agent?: { id: string; name?: string | undefined } | undefined
  tool?: string | undefined
  environment?: string | undefined
  summary?: string | undefined
  action?: string | undefined
  data: Record<string, unknown>
}

function alertOf({ type: canonical, severity, at, agent: who, ...given }: Given): Incoming {
  const { meaning, severity: usual } = EVENT_TYPES[canonical]
  return {
    type: canonical,
    severity: severity ?? usual ?? 'medium',
    agent: who ? { id: who.id, name: who.name ?? who.id } : null,
    tool: given.tool ?? null,
    environment: given.environment ?? null,
    summary: given.summary ?? meaning,
    action: given.action ?? null,
    data: { ...given.data, ...(at !== undefined && { occurred_at: at }) },
  }
}

/** Each shape by what only it has. */
const incoming = oneOf<Incoming>([ours, detailed, enclosed], (value) => {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const inside = object.data as { agent_id?: unknown } | undefined
  const isEnclosed = inside?.agent_id !== undefined && !('agent' in object)
  if ('event' in object) return detailed
  return isEnclosed ? enclosed : ours
})

const one = incoming.transform((event) => [event])

const several = z
  .strictObject({ events: z.array(incoming).min(1).max(MOST_AT_ONCE) })
  .transform(({ events }) => events)
  .meta({ id: 'NewEvents' })

/** One event, or `{events: […]}`. */
export const newEvents = oneOf<Incoming[]>([one, several], (value) =>
  typeof value === 'object' && value !== null && 'events' in value ? several : one,
)
