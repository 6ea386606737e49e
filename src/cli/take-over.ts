// Brings a restored database to the present: what happened since the backup is unknown to it.

import { createDesk } from '../approvals/create-desk.ts'
import { record } from '../audit/append.ts'
import { dropKeptKey } from '../destinations/kept-key.ts'
import { revokeAllKeys } from '../identity/api-keys.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database } from '../store/database.ts'

export interface TakeOver {
  publicUrl: string
  clock: Clock
  secretKey: Buffer
  /** false: no API key of the backup works any more. */
  keepsKeys: boolean
}

/**
 * Expires what was pending, which may have been decided since, revokes what could still run, which may have run since,
 * and puts the restore on record. Returns how many.
 */
export async function takeOver(
  db: Database,
  { publicUrl, clock, secretKey, keepsKeys }: TakeOver,
): Promise<{ expired: number; grants: number; revoked: number }> {
  const desk = createDesk({
    ...{ db, clock, publicUrl, secretKey },
    ...{ reviewable: [], tellable: [], unreachedAfterMs: 0 },
  })
  const expired = await desk.expireRestored()
  const grants = await desk.revokeRestored()
  return db.transact(async (trx) => {
    const now = clock.now()
    const revoked = keepsKeys ? 0 : await revokeAllKeys(trx, 'restore', now)
    await dropKeptKey(trx)
    const facts = { by: 'command line', expired, grants, api_keys: keepsKeys ? 'kept' : 'revoked' }
    await record(trx, { at: now, action: 'database.restored', subject: 'database', facts, personal: {} })
    return { expired, grants, revoked }
  })
}
