// The tool by which an agent tells people and machines of what happened, without asking anything.

import { z } from 'zod'
import { emitEvents } from '../api/events/operations.ts'
import { newEvent } from '../api/events/schemas.ts'
import { EVENT_TYPES, type EventType, isReserved } from '../events/catalogue.ts'
import { idempotencyKey } from './approval-tools.ts'
import { defineTool } from './tool.ts'
import { structured } from './tool-result.ts'

const TYPES = (Object.keys(EVENT_TYPES) as EventType[]).filter((type) => !isReserved(type))

export const eventTool = defineTool(
  {
    name: 'report_event',
    title: 'Report an event',
    description:
      'Tell people and monitoring of something that happened, such as a policy violation or a budget that is used up. It asks nobody for permission; for that call request_approval.',
    input: newEvent.extend({
      type: newEvent.shape.type.describe(`What happened: one of ${TYPES.join(', ')}`),
      summary: newEvent.shape.summary.describe('One sentence for people'),
      action: newEvent.shape.action.describe('What was done about it, such as blocked'),
      tool: newEvent.shape.tool.describe('What you were about to call, where it is about that'),
      data: newEvent.shape.data.describe('Small facts, at most 16 KB'),
      idempotency_key: idempotencyKey,
    }),
    output: z.object({
      event_id: z.string(),
      type: z.string(),
      severity: z.string(),
      notice: z.string().optional().describe('Where what was told asks nobody: how to ask'),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  },
  async ({ idempotency_key, agent, ...event }, { caller, perform }) => {
    const own = caller.agentId === undefined ? undefined : { id: caller.agentId }
    const body = { ...event, ...((agent ?? own) && { agent: agent ?? own }) }
    const told = await perform(emitEvents, { body, idempotencyKey: idempotency_key })
    if ('problem' in told) return told
    const { data, notice } = told.value
    const [{ id = '', type = '', severity = '' } = {}] = data
    return structured({ event_id: id, type, severity, ...(notice !== undefined && { notice }) })
  },
)
