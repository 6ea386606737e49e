// Notes that a destination is sent to in vain until an admin corrects a setting, and tells the others.

import type { Executor } from '../store/database.ts'
import { markMisconfigured } from '../store/destinations.ts'
import { tellTrouble } from './tell-trouble.ts'

/** `reason`: the platform's own code. Only while that lease holds; nobody is told of one that was deleted before. */
export async function noteMisconfigured(
  trx: Executor,
  found: { id: string; reason: string; now: number; leaseId: string },
): Promise<void> {
  const row = await markMisconfigured(trx, found)
  if (row?.deleted_at !== null) return
  const { reason, now } = found
  const what = 'takes nothing until a setting is corrected'
  await tellTrouble(trx, row, { type: 'destination.misconfigured', what, action: 'retried', reason }, now)
}
