// Counts what shadow rules would have done to the approvals of a time, beside what became of them.

import type { Executor } from '../store/database.ts'
import { findShadowed, type ShadowedRow } from '../store/policies.ts'
import type { Verdict } from './evaluate.ts'

/** More are not counted: whoever looks wants to know whether a rule is right, not the exact number. */
const MOST_COUNTED = 10_000

type Note = Verdict['shadows'][number]

export interface ShadowedApproval extends Omit<ShadowedRow, 'shadows'> {
  shadows: Note[]
}

export interface ShadowCount extends Note {
  approvals: number
  /** How many of them have each status by now. */
  statuses: Map<string, number>
}

export interface Shadowed {
  /** By rule and what it would have done, the most frequent first. */
  counts: ShadowCount[]
  /** The newest first. */
  approvals: ShadowedApproval[]
  /** false: there are more than were counted. */
  isComplete: boolean
}

/** `from`: when they were asked, in UTC epoch milliseconds. `shown`: so many approvals are listed. */
export async function countShadowed(db: Executor, from: number, shown: number): Promise<Shadowed> {
  const rows = await findShadowed(db, from, MOST_COUNTED + 1)
  const approvals = rows.slice(0, MOST_COUNTED).map((row) => ({ ...row, shadows: notesOf(row) }))
  const counts = new Map<string, ShadowCount>()
  for (const { status, shadows } of approvals) {
    for (const { rule, would } of shadows) {
      const key = JSON.stringify([rule, would])
      const count = counts.get(key) ?? { rule, would, approvals: 0, statuses: new Map() }
      count.approvals += 1
      count.statuses.set(status, (count.statuses.get(status) ?? 0) + 1)
      counts.set(key, count)
    }
  }
  return {
    counts: [...counts.values()].sort((a, b) => b.approvals - a.approvals),
    approvals: approvals.slice(0, shown),
    isComplete: rows.length <= MOST_COUNTED,
  }
}

function notesOf({ shadows }: ShadowedRow): Note[] {
  return JSON.parse(shadows ?? '[]')
}
