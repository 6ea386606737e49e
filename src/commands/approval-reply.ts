// Answers `/governance show <id>` with one approval request: all that is known of it, in two voices.

import { type ApprovalView, asOneName, closedBy, type DecisionView } from '../approvals/view.ts'
import { identifier } from '../kit/identifier.ts'
import { quoted } from '../kit/quoted.ts'
import type { Reply } from './commands.ts'
import { span } from './span.ts'

const WITHHELD = 'Details are left out in this conversation. View in Console shows them.'

/** Without `details` it leaves out what a card leaves out there. */
export function approvalReply(view: ApprovalView, details: boolean, now: number): Reply {
  const { action, decisions, id, url } = view
  const votes = decisions.map((decision) => voteLine(decision, details))
  return {
    title: `Approval request ${id}`,
    facts: factsOf(view, details, now),
    ...(details
      ? {
          lines: votes,
          ...saysOf(view),
          payload: JSON.stringify(action.arguments, null, 2),
        }
      : { lines: [...votes, WITHHELD] }),
    link: { label: 'View in Console', url },
  }
}

/** In our own voice. */
function factsOf(view: ApprovalView, details: boolean, now: number): Reply['facts'] {
  const { action, agent, created_at, digest, key, requested_by, risk } = view
  const score = risk.score === null ? '' : ` (${risk.score.toFixed(2)})`
  const [ends, end] = endOf(view)
  const rows: [label: string, value: string | null | undefined][] = [
    ['Status', statusOf(view)],
    ['Agent', identifier(agent.id)],
    ['Key', key.name.trim() || key.id],
    ['Tool', identifier(action.tool)],
    ['Environment', action.environment === null ? 'not named' : identifier(action.environment)],
    ['Requested by', details ? requested_by?.email : null],
    ['Risk', risk.level.toUpperCase() + score],
    ['Asked', momentOf(created_at, now)],
    [ends, momentOf(end, now)],
    ['Digest', digest],
  ]
  return rows.flatMap(([label, value]) => (value == null ? [] : [{ label, value }]))
}

function statusOf(view: ApprovalView): string {
  const names = closedBy(view)
  if (names !== null) return `${view.status} by ${names}`
  const many = view.progress.filter(({ approved, missing }) => approved.length + missing > 1)
  const parts = many.map(
    ({ approved, missing }) => `${approved.length} of ${approved.length + missing} approvals`,
  )
  return [view.status, ...parts].join(', ')
}

function endOf({ status, expires_at, closed_at }: ApprovalView): [label: string, iso: string] {
  if (status === 'pending') return ['Expires', expires_at]
  return status === 'expired' ? ['Expired', expires_at] : ['Closed', closed_at ?? expires_at]
}

function voteLine({ verdict, reviewer, source, decided_at, note }: DecisionView, details: boolean): string {
  const vote = `${verdict === 'approve' ? 'Approved' : 'Denied'} by ${asOneName(reviewer.name)} via ${source}`
  const words = details && note !== null ? ` Note: ${quoted(note)}` : ''
  return `${vote}, ${secondsOf(decided_at)}.${words}`
}

/** In the agent's: what it calls itself, what it wants and why, and why it took it back. */
function saysOf({ action, agent, reasons, review_notes, status }: ApprovalView): Pick<Reply, 'quote'> {
  const lines = [
    ...(action.summary === action.tool ? [] : [action.summary]),
    ...(reasons.length > 0 ? [`Reasons: ${reasons.join(', ')}`] : []),
    ...(agent.name === agent.id ? [] : [`Calls itself: ${agent.name}`]),
    ...(status === 'withdrawn' && review_notes !== null ? [review_notes] : []),
  ]
  return lines.length === 0 ? {} : { quote: { label: 'The agent says', text: lines.join('\n') } }
}

function momentOf(iso: string, now: number): string {
  const ms = Date.parse(iso) - now
  return `${secondsOf(iso)}, ${ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`}`
}

function secondsOf(iso: string): string {
  return `${iso.slice(0, 19)}Z`
}
