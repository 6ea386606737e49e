// Says in one line what happened, for the lists in which a SIEM shows its records.

import type { EventView } from '../../events/event.ts'
import { titleOf } from '../content/alert.ts'
import { visible } from './text.ts'

/**
 * The summary; of an approval after what became of it. Where there is none, or where it is withheld, the type stands in
 * its place. Never empty.
 */
export function recordTitle(event: EventView): string {
  const { approval_id, summary } = event
  const kind = titleOf(event)
  const words = visible(summary).replace(/\s+/g, ' ').trim()
  if (approval_id === null) return words || kind
  const step = stepOf(event)
  return words === '' || words === kind ? step : `${step}: ${words}`
}

function stepOf(event: EventView): string {
  if (event.type !== 'approval.decided') return titleOf(event)
  return event.action === 'approved' ? 'Approved' : 'Denied'
}
