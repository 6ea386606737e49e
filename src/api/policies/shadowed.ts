// Answers what shadow rules would have done lately, beside what became of those approvals.

import type { z } from 'zod'
import { type ApprovalStatus, STATUSES } from '../../approvals/view.ts'
import { DAY_MS, isoTime } from '../../kit/clock.ts'
import type { Policies } from '../../policy/versions.ts'
import type { shadowed } from './answers.ts'

const MOST_SHOWN = 50

export async function shadowedAnswer(
  policies: Policies,
  lastDays: number,
): Promise<z.infer<typeof shadowed>> {
  const { counts, approvals, isComplete } = await policies.shadowed(lastDays * DAY_MS, MOST_SHOWN)
  return {
    counts: counts.map(({ statuses, ...count }) => ({
      ...count,
      statuses: Object.fromEntries(STATUSES.map((status) => [status, statuses.get(status) ?? 0])),
    })),
    approvals: approvals.map(({ created_at, status, ...approval }) => ({
      ...approval,
      status: status as ApprovalStatus,
      created_at: isoTime(created_at),
    })),
    complete: isComplete,
  }
}
