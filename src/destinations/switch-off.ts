// Switches off a destination whose provider takes nothing more, puts it on record, and tells the others.

import { record } from '../audit/append.ts'
import type { Executor } from '../store/database.ts'
import { markSwitchedOff } from '../store/destinations.ts'
import { tellTrouble } from './tell-trouble.ts'

/**
 * `reason`: the platform's own code. `leaseId`: only while that lease holds. Nothing happens where it is off already;
 * nobody is told of one that was deleted before.
 */
export async function switchOff(
  trx: Executor,
  off: { id: string; reason: string; now: number; leaseId?: string },
): Promise<void> {
  const row = await markSwitchedOff(trx, off)
  if (!row) return
  const { id, reason, now } = off
  const entry = { at: now, action: 'destination.disabled', subject: id } as const
  await record(trx, { ...entry, facts: { reason }, personal: {} })
  if (row.deleted_at !== null) return
  const told = { type: 'destination.disabled', what: 'was switched off', action: 'disabled', reason } as const
  await tellTrouble(trx, row, told, now)
}
