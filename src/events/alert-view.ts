// Turns an alert's row into what everybody is told.

import type { ApprovalEventRow } from '../../db/schema.ts'
import { isoTime } from '../kit/clock.ts'
import { parseStored } from '../kit/stored-json.ts'
import type { BriefAlert } from '../store/alert-list.ts'
import type { ToldEvent } from '../store/events.ts'
import type { EventType } from './catalogue.ts'
import type { BriefEvent, EventView } from './event.ts'
import type { Severity } from './severity.ts'

export function alertView({ data, ...row }: ToldEvent, publicUrl: string): EventView {
  return { ...briefAlertView(row, publicUrl), data: parseStored(data ?? '{}') as EventView['data'] }
}

/** As a list says it: all but what an agent may make large. */
export function briefAlertView(row: BriefAlert, publicUrl: string): BriefEvent {
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
    ...(row.is_test === 1 && { test: true }),
    url: `${publicUrl}/events/${row.id}`,
  }
}

function acknowledgementOf(row: BriefAlert): EventView['acknowledged'] {
  const { acknowledged_by: by, acknowledged_via: source, acknowledged_at: at } = row
  return by === null || source === null || at === null ? null : { by, source, at: isoTime(at) }
}

/** What every event has, an approval's too. */
export function whatAndWhen({ id, type, severity, created_at }: ApprovalEventRow) {
  return {
    id,
    type: type as EventType,
    severity: severity as Severity,
    created_at: isoTime(created_at),
  }
}
