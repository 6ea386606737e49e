// Answers `/governance status` with how things stand.

import type { Standing } from '../approvals/queries.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { SEVERITIES } from '../events/severity.ts'
import type { Reply } from './commands.ts'
import { span } from './span.ts'

export function status(standing: Standing, now: number): Reply {
  const { decided, failing, longestWaiting, nextToExpire, unreached } = standing
  const facts = [
    { label: 'Pending', value: pendingByRisk(standing) },
    { label: 'Unreached', value: unreachedOnes(unreached, now) },
  ]
  if (longestWaiting) {
    const waited = span(now - Date.parse(longestWaiting.created_at))
    facts.push({ label: 'Longest waiting', value: `${named(longestWaiting)}, for ${waited}` })
  }
  if (nextToExpire) {
    const left = span(Date.parse(nextToExpire.expires_at) - now)
    facts.push({ label: 'Next to expire', value: `${named(nextToExpire)}, in ${left}` })
  }
  facts.push({
    label: 'Decided in 24 h',
    value:
      decided.medianMs === null
        ? 'none'
        : `${decided.approved} approved, ${decided.denied} denied; median ${span(decided.medianMs)} to decide`,
  })
  facts.push({
    label: 'Failing deliveries',
    value:
      failing.retrying + failing.dead === 0
        ? 'none'
        : `${failing.retrying} being retried, ${failing.dead} given up in 24 h`,
  })
  return { title: 'Governance status', facts, lines: [] }
}

/** What waits, and nobody knows of it. */
function unreachedOnes({ count, longest }: Standing['unreached'], now: number): string {
  if (!longest) return 'none'
  return `${count}, the longest ${named(longest)}, for ${span(now - Date.parse(longest.created_at))}`
}

function pendingByRisk({ pendingByRisk: counts }: Standing): string {
  const parts = SEVERITIES.toReversed().flatMap((level) =>
    counts.has(level) ? [`${counts.get(level)} ${level}`] : [],
  )
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function named(view: ApprovalView): string {
  return `${view.action.tool} for ${view.agent.name} (${view.id})`
}
