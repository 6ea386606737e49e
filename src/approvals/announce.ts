// Who is told of a change? One event and one delivery per destination, in the change's own transaction.

import type { ApprovalRow } from '../../db/schema.ts'
import type { EventType } from '../events/catalogue.ts'
import type { Severity } from '../events/severity.ts'
import { deliveriesOf, listens } from '../events/spine.ts'
import { newId } from '../kit/ids.ts'
import type { Executor } from '../store/database.ts'
import { insertDeliveries } from '../store/deliveries.ts'
import { findListeners } from '../store/destinations.ts'
import { insertEvent } from '../store/events.ts'
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
  const heard = { type, severity, tool: approval.tool, agentId: approval.agent_id }
  const destinations = (await findListeners(trx, approval.id))
    .filter((row) => row.id === first || row.told === 1 || (approval.is_test === 0 && listens(row, heard)))
    .map((row) => row.id)
    .sort((a, b) => Number(b === first) - Number(a === first))

  await together(
    trx,
    () => insertEvent(trx, event),
    () => insertDeliveries(trx, deliveriesOf(event, destinations)),
  )
}
