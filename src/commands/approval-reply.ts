// Answers `/governance show <id>` with one approval request: all that is known of it, in two voices.

import { type ApprovalView, asOneName, closedBy, countsOf, type DecisionView } from '../approvals/view.ts'
import { riskInWords } from '../events/severity.ts'
import { identifier } from '../kit/identifier.ts'
import { quoted } from '../kit/quoted.ts'
import type { Reply } from './commands.ts'
import { momentInWords, secondsOf } from './moment.ts'
import { reviewLines } from './review-lines.ts'

/** Why the details are left out. */
export const WITHHELD = {
  here: 'Details are left out in this conversation. View in Console shows them.',
  fromOthers: 'Details are for those who may decide it.',
} as const

/** Without details it leaves out what a card leaves out there. `withheld`: why; null: they are shown. */
export function approvalReply(
  view: ApprovalView,
  withheld: keyof typeof WITHHELD | null,
  now: number,
): Reply {
  const { action, decisions, id, url } = view
  const details = withheld === null
  const lines = [
    ...reviewLines(view, details, now),
    ...decisions.map((decision) => voteLine(decision, details)),
  ]
  return {
    title: `Approval request ${id}`,
    facts: factsOf(view, details, now),
    ...(details
      ? { lines, ...saysOf(view), payload: JSON.stringify(action.arguments, null, 2) }
      : { lines: [...lines, WITHHELD[withheld]] }),
    link: { label: 'View in Console', url },
  }
}

/** In our own voice. */
function factsOf(view: ApprovalView, details: boolean, now: number): Reply['facts'] {
  const { action, agent, created_at, digest, key, requested_by, risk } = view
  const [ends, end] = endOf(view)
  const rows: [label: string, value: string | null | undefined][] = [
    ['Status', statusOf(view)],
    ['Agent', identifier(agent.id)],
    ['Key', key.name.trim() || key.id],
    ['Tool', identifier(action.tool)],
    ['Environment', action.environment === null ? 'not named' : identifier(action.environment)],
    ['Requested by', details ? requested_by?.email : null],
    ['Risk', riskInWords(risk)],
    ['Policy', details ? policyOf(view) : null],
    ['Asked', momentInWords(created_at, now)],
    [ends, momentInWords(end, now)],
    ['Run', runOf(view, now)],
    ['Digest', digest],
  ]
  return rows.flatMap(([label, value]) => (value == null ? [] : [{ label, value }]))
}

function statusOf(view: ApprovalView): string {
  const { answered_by, progress, status } = view
  if (answered_by) return `${status} by policy`
  const names = closedBy(view)
  return names === null ? [status, ...countsOf(progress)].join(', ') : `${status} by ${names}`
}

/** The version that was in force, and what of it applied. */
function policyOf({ policy }: ApprovalView): string | null {
  if (policy === null) return null
  const { rule, version } = policy
  return `${rule === null ? 'no rule' : `rule ${quoted(rule)}`} of version ${version}`
}

function endOf({ status, expires_at, closed_at }: ApprovalView): [label: string, iso: string] {
  if (status === 'pending') return ['Expires', expires_at]
  return status === 'expired' ? ['Expired', expires_at] : ['Closed', closed_at ?? expires_at]
}

/** Without the reason, which is somebody's words. */
function runOf({ grant }: ApprovalView, now: number): string | null {
  if (grant === null) return null
  if (grant.redeemed_at !== null) return momentInWords(grant.redeemed_at, now)
  return grant.state === 'live' ? `once, until ${momentInWords(grant.expires_at, now)}` : 'not run'
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
