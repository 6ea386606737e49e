// Answers `/governance status` with how things stand.

import type { Standing } from '../approvals/standing.ts'
import type { ApprovalView } from '../approvals/view.ts'
import { SEVERITIES } from '../events/severity.ts'
import { identifier, setApart } from '../kit/identifier.ts'
import type { Reply } from './commands.ts'
import { span } from './span.ts'

const OFF_SHOWN = 10

export function statusReply(standing: Standing, now: number): Reply {
  const { longestWaiting, nextToExpire, unreached } = standing
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
  facts.push(
    { label: 'Decided in 24 h', value: decidedToday(standing) },
    ...howDecided(standing),
    ...byShadowRules(standing),
    { label: 'Failing deliveries', value: failingOnes(standing) },
    { label: 'Destinations off', value: offOnes(standing) },
  )
  return { title: 'Governance status', facts, lines: offLines(standing) }
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

function decidedToday({ decided }: Standing): string {
  const { approved, denied, expired, medianMs } = decided
  if (approved + denied + expired === 0) return 'none'
  const counts = `${approved} approved, ${denied} denied, ${expired} expired`
  return medianMs === null ? counts : `${counts}; median ${span(medianMs)} to decide`
}

/** Whether they looked: what is approved within seconds, or unopened, may not have been read. */
function howDecided({ decided }: Standing): Reply['facts'] {
  const { approved, approvals, denied, fast, unopened } = decided
  const count = approved + denied
  if (count === 0) return []
  const parts = [
    `${Math.round((100 * approved) / count)} % approved`,
    `${fast} of ${count} within 3 s`,
    ...(approvals === 0 ? [] : [`${unopened} of ${approvals} approving votes without opening all of it`]),
  ]
  return [{ label: 'How they decided', value: parts.join('; ') }]
}

function byShadowRules({ shadowed }: Standing): Reply['facts'] {
  const { allow, ask, deny } = shadowed
  if (allow + ask + deny === 0) return []
  const parts = [
    ...(allow > 0 ? [`allowed: ${allow}`] : []),
    ...(deny > 0 ? [`denied: ${deny}`] : []),
    ...(ask > 0 ? [`asked for: ${ask}`] : []),
  ]
  return [{ label: 'Shadow rules in 24 h', value: `would have been ${parts.join(', ')}` }]
}

/** What waits behind a destination that is off fails no more: it is not tried. */
function failingOnes({ failing, off, othersOff }: Standing): string {
  const { retrying, dead } = failing
  if (retrying + dead > 0) return `${retrying} being retried, ${dead} given up in 24 h`
  return off.length + othersOff.count === 0 ? 'none' : 'none at the destinations that are on'
}

function offOnes({ off, othersOff }: Standing): string {
  const count = off.length + othersOff.count
  if (count === 0) return 'none'
  const waiting = off.reduce((sum, one) => sum + one.waiting, othersOff.waiting)
  return `${count}, ${waits(waiting)} behind them`
}

function offLines({ off, othersOff }: Standing): string[] {
  const lines = off.slice(0, OFF_SHOWN).map(({ name, reason, waiting }) => {
    const why = reason === null ? 'by an admin' : `by an error (${reason})`
    return `"${name}" was switched off ${why}; ${waits(waiting)} behind it.`
  })
  if (off.length > OFF_SHOWN) lines.push(`… and ${off.length - OFF_SHOWN} more are off.`)
  const { count, waiting } = othersOff
  if (count === 1) lines.push(`1 other destination is off; ${waits(waiting)} behind it.`)
  if (count > 1) lines.push(`${count} other destinations are off; ${waits(waiting)} behind them.`)
  return lines
}

function waits(count: number): string {
  if (count === 0) return 'no delivery waits'
  return count === 1 ? '1 delivery waits' : `${count} deliveries wait`
}

function named(view: ApprovalView): string {
  return `${setApart(identifier(view.action.tool))} for ${setApart(identifier(view.agent.id))} (${view.id})`
}
