// Says how an approval ended, by whom, and whether it ran: at the top of its card, and where the buttons were.

import { type ApprovalView, asOneName, closingVotes } from '../../approvals/view.ts'
import type { Line } from './line.ts'
import { named } from './who.ts'

const MOST_NAMES = 3

/** How it ended, and by whom. */
export function endOf(view: ApprovalView): Line {
  if (view.status === 'expired') return [{ strong: '⌛ Expired' }, ', ', expiredWith(view)]
  if (view.status === 'withdrawn') return [{ strong: '🚫 Withdrawn' }, ', no decision is needed any more']
  const words = view.status === 'approved' ? '✅ Approved' : '❌ Denied'
  if (view.answered_by) return [{ strong: `${words} by policy` }, ...ruleOf(view.answered_by)]
  const names = closingVotes(view).map(({ reviewer }) => reviewer.name)
  if (names.length === 0) return [{ strong: words }]
  return [{ strong: `${words} by ` }, ...namesIn(names)]
}

/** None where the policy's default answered. */
function ruleOf({ rule }: NonNullable<ApprovalView['answered_by']>): Line {
  return rule === null ? [] : [', rule ', { quote: rule }]
}

function expiredWith({ progress }: ApprovalView): string {
  const parts = progress.flatMap(({ approved, missing }) =>
    approved.length === 0 ? [] : [`${approved.length} of ${approved.length + missing}`],
  )
  return parts.length === 0 ? 'nobody decided in time' : `with ${parts.join(' and ')} approvals`
}

/** Each name by itself: a person called `Ana and Ben` is not two. */
export function namesIn(names: string[]): Line {
  const shown = names.slice(0, MOST_NAMES).map((name) => ({ name: named(asOneName(name)) }))
  const more = names.length - shown.length
  const all: Line = more > 0 ? [...shown, `${more} more`] : shown
  return all.flatMap((part, index) => {
    if (index === 0) return [part]
    return [index === all.length - 1 ? ' and ' : ', ', part]
  })
}

export function outcomeOf(view: ApprovalView): { outcome?: Line } {
  if (view.status === 'pending') return {}
  const time: Line = view.closed_at === null ? [] : [' · ', { time: view.closed_at }]
  return { outcome: [...endOf(view), ...time, ...ranOf(view)] }
}

/** Whether what was approved ran; nothing as long as it may, and where no grant tells. */
function ranOf({ grant }: ApprovalView): Line {
  if (grant === null || grant.state === 'live') return []
  if (grant.state === 'revoked') return [' · ', { strong: 'Not run' }, ', the approval was taken back']
  if (grant.redeemed_at === null) return [' · ', { strong: 'Not run' }]
  return [' · ', { strong: 'Run at ' }, { time: grant.redeemed_at }]
}
