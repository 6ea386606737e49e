// Says why an approval reached nobody: what became of its card at each destination where people would see it.

import type { ApprovalRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { findTellings, type Telling } from '../store/unreached.ts'
import type { UnreachedReason } from './view.ts'

/** By the approval's id, for those that are unreached; for the others it asks nothing. */
export async function findReasons(
  db: Executor,
  rows: Pick<ApprovalRow, 'id' | 'unreached_at'>[],
  reviewable: readonly string[],
): Promise<Map<string, UnreachedReason[]>> {
  const ids = rows.flatMap(({ id, unreached_at }) => (unreached_at === null ? [] : [id]))
  if (ids.length === 0) return new Map()
  const tellings = Map.groupBy(await findTellings(db, ids, reviewable), ({ approval_id }) => approval_id)
  return new Map(ids.map((id) => [id, reasonsIn(tellings.get(id) ?? [])]))
}

function reasonsIn(tellings: Telling[]): UnreachedReason[] {
  if (tellings.length === 0) return [{ destination: null, reason: 'no_destination' }]
  const byPlace = Map.groupBy(tellings, ({ destination_id }) => destination_id)
  return [...byPlace.values()].map((told) => {
    const { name, enabled, disabled_reason } = told[0] as Telling
    const lastError = told.findLast(({ last_error }) => last_error !== null)?.last_error
    return {
      destination: name,
      reason: disabled_reason ?? lastError ?? (enabled === 1 ? 'waiting' : 'disabled'),
    }
  })
}
