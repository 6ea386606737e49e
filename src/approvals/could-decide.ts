// Says whether somebody could decide an approval where its card stands, and records nothing.

import { findActor } from '../identity/accounts.ts'
import type { Principal } from '../identity/principal.ts'
import { findAskers } from '../store/api-keys.ts'
import { findApproval } from '../store/approvals.ts'
import type { Executor } from '../store/database.ts'
import { wasToldAt } from '../store/told.ts'
import { reviewStanding } from './may-review.ts'
import { askedOf } from './ruling.ts'

interface Somebody {
  by: Principal
  /** Those where they are. */
  destinationIds: string[]
}

/** Who has voted could, and of what is closed who could have. `id`: anybody's text. */
export async function couldDecide(
  db: Executor,
  id: string,
  { by, destinationIds }: Somebody,
  now: number,
): Promise<boolean> {
  const approval = await findApproval(db, id)
  if (!approval) return false
  const [actor, askers] = [await findActor(db, by), await findAskers(db, id)]
  // A group may be those who may press at one of the places alone.
  for (const destinationId of destinationIds) {
    if (!(await wasToldAt(db, id, [destinationId]))) continue
    const card = { destinationId, handle: '', known: true, whole: true, refusal: undefined }
    const voter = { by, actor, askers, voted: [], card }
    const standing = await reviewStanding(db, approval, askedOf(approval), voter, now)
    if (!('refusal' in standing)) return true
  }
  return false
}
