// Turns an alert's row into what everybody is told.

import type { EventRow } from '../../db/schema.ts'
import { isoTime } from '../kit/clock.ts'
import { parseStored } from '../kit/stored-json.ts'
import type { ToldEvent } from '../store/events.ts'
import type { EventType } from './catalogue.ts'
import type { EventView } from './event.ts'
import type { Severity } from './severity.ts'

export function alertView(row: ToldEvent, publicUrl: string): EventView {
  return {
    ...whatAndWhen(row),
    environment: row.environment,
    key: row.key_id === null ? null : { id: row.key_id, name: row.key_name ?? '' },
    agent: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name ?? row.agent_id },
    tool: row.tool,
    summary: row.summary ?? '',
    action: row.action,
    approval_id: null,
    acknowledged: acknowledgementOf(row),
    data: parseStored(row.data ?? '{}') as EventView['data'],
    ...(row.is_test === 1 && { test: true }),
    url: `${publicUrl}/events/${row.id}`,
  }
}

function acknowledgementOf(row: ToldEvent): EventView['acknowledged'] {
  const { acknowledged_by: by, acknowledged_via: source, acknowledged_at: at } = row
  return by === null || source === null || at === null ? null : { by, source, at: isoTime(at) }
}

/** What every event has, an approval's too. */
export function whatAndWhen({ id, type, severity, created_at }: EventRow) {
  return {
    id,
    type: type as EventType,
    severity: severity as Severity,
    created_at: isoTime(created_at),
  }
}
