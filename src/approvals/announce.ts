// Who is told of a change? One event and one delivery per destination, in the change's own transaction.

import type { ApprovalRow, DestinationRow } from '../../db/schema.ts'
import type { EventType } from '../events/catalogue.ts'
import { hears } from '../events/hears.ts'
import type { Severity } from '../events/severity.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { insertDeliveries, insertEvent } from '../store/deliveries.ts'
import { findListeners } from '../store/destinations.ts'
import { together } from '../store/together.ts'

/**
 * A closing reaches every destination that was ever sent the approval, whatever its filters: there it is the
 * redraw. `first` is served before the others; a test reaches nobody else.
 */
export async function announce(
  trx: Executor,
  type: EventType,
  approval: ApprovalRow,
  now: number,
  first?: string,
): Promise<void> {
  const severity = approval.risk_level as Severity
  const event = { id: newId('evt'), type, severity, approval_id: approval.id, created_at: now }
  const destinations = (await findListeners(trx, approval.id))
    .filter((row) => row.id === first || row.told === 1 || (approval.is_test === 0 && listens(row, event)))
    .map((row) => row.id)
    .sort((a, b) => Number(b === first) - Number(a === first))
  const deliveries = destinations.map((destinationId) => ({
    id: newId('dlv'),
    destination_id: destinationId,
    event_id: event.id,
    approval_id: approval.id,
    state: 'pending',
    attempts: 0,
    next_attempt_at: now,
    last_error: null,
    created_at: now,
    finished_at: null,
  }))

  await together(
    trx,
    () => insertEvent(trx, event),
    () => insertDeliveries(trx, deliveries),
  )
}

function listens(row: DestinationRow, event: { type: EventType; severity: Severity }): boolean {
  const filter = { events: row.events && JSON.parse(row.events), minSeverity: row.min_severity as Severity }
  return row.enabled === 1 && row.deleted_at === null && hears(filter, event.type, event.severity)
}
