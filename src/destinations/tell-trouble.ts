// Tells the other destinations that something is wrong with one of them.

import type { DestinationRow } from '../../db/schema.ts'
import type { EventType } from '../events/catalogue.ts'
import { emit } from '../events/emit.ts'
import type { Executor } from '../store/database.ts'

interface Trouble {
  type: Extract<EventType, `destination.${string}`>
  /** What became of the destination, as in `was switched off`. */
  what: string
  action: string
  /** The platform's own code. */
  reason: string
}

export function tellTrouble(
  trx: Executor,
  { id, name, channel_type }: DestinationRow,
  { type, what, action, reason }: Trouble,
  now: number,
): Promise<void> {
  const summary = `The destination "${name}" ${what}: ${reason}`
  const data = { destination_id: id, channel_type, reason }
  const nobody = { agent: null, tool: null, environment: null, keyId: null, keyName: null }
  return emit(trx, { ...nobody, type, severity: 'high', summary, action, data }, now)
}
