// Finds who became a member of a group after an approval was made that asks it.

import type { ApprovalRow } from '../../db/schema.ts'
import { membersAddedSince } from '../identity/membership.ts'
import { isoTime } from '../kit/clock.ts'
import type { Executor } from '../store/database.ts'
import { askedOf, requirementsOf } from './ruling.ts'
import type { ReviewView } from './view.ts'

type Row = Pick<ApprovalRow, 'id' | 'status' | 'created_at' | 'ruling' | 'approvals_needed' | 'escalated_at'>

/** By the approval's id, of those that are pending and name groups; for the others it asks nothing. */
export async function findAdded(db: Executor, rows: Row[]): Promise<Map<string, ReviewView['added']>> {
  const asking = rows.filter(({ ruling, status }) => ruling !== null && status === 'pending')
  const groups = new Map(asking.map((row) => [row.id, groupsAsked(row)]))
  const ids = [...new Set([...groups.values()].flatMap((named) => [...named.keys()]))]
  if (ids.length === 0) return new Map()
  const since = Math.min(...asking.map(({ created_at }) => created_at))
  const added = await membersAddedSince(db, ids, since)
  return new Map(
    asking.map(({ id, created_at }) => {
      const named = groups.get(id) ?? new Map<string, string>()
      const later = added.filter(({ groupId, at }) => named.has(groupId) && at > created_at)
      return [
        id,
        later.map(({ groupId, name, at }) => ({ name, group: named.get(groupId) ?? '', at: isoTime(at) })),
      ]
    }),
  )
}

/** Their names by their ids: those of the requirements, and the one that was escalated to. */
function groupsAsked(row: Row): Map<string, string> {
  const asked = askedOf(row)
  if (asked.review === null) return new Map()
  const named = [
    ...requirementsOf(asked).map(({ group }) => group),
    ...(asked.escalatedTo ? [asked.escalatedTo] : []),
  ]
  return new Map(named.map(({ id, name }) => [id, name]))
}
