// Notes that a destination is sent to in vain until an admin corrects a setting, and tells the others.

import type { DestinationRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { markMisconfigured } from '../store/destinations.ts'
import { findAlertData } from '../store/events.ts'
import { tellTrouble } from './tell-trouble.ts'

const TYPE = 'destination.misconfigured'
/** One of several machines behind an address may say so, and the next one take what is sent: that is told this often. */
const TOLD_AGAIN_MS = 3_600_000

/**
 * `reason`: the platform's own code. Only while that lease holds; nobody is told of one that was deleted before, nor
 * of the same once more within an hour in which no admin changed it.
 */
export async function noteMisconfigured(
  trx: Executor,
  found: { id: string; reason: string; now: number; leaseId: string },
): Promise<void> {
  const row = await markMisconfigured(trx, found)
  if (row?.deleted_at !== null) return
  const { reason, now } = found
  if (await wasTold(trx, row, reason, now)) return
  const what = 'takes nothing until a setting is corrected'
  await tellTrouble(trx, row, { type: TYPE, what, action: 'retried', reason }, now)
}

async function wasTold(
  trx: Executor,
  { id, updated_at }: DestinationRow,
  reason: string,
  now: number,
): Promise<boolean> {
  const told = await findAlertData(trx, TYPE, Math.max(updated_at, now - TOLD_AGAIN_MS))
  return told
    .map((data) => JSON.parse(data))
    .some((data) => data.destination_id === id && data.reason === reason)
}
