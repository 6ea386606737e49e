// What does every card say of an approval? The same facts in the same order, whatever the platform.

import type { ApprovalView, DecisionView } from '../approvals/view.ts'
import type { Manner } from './manner.ts'
import { type Excerpts, oneLine } from './shown-text.ts'

/** The vote that closed it; policy closes without one. */
export function deciding({ status, decisions }: ApprovalView): DecisionView | undefined {
  return status === 'approved' || status === 'denied' ? decisions.at(-1) : undefined
}

/** What there is to say beside how it ended. */
export function closingWords(view: ApprovalView): string | null {
  const decision = deciding(view)
  if (decision) return decision.note && oneLine(`Note: ${decision.note}`)
  return view.status === 'expired' ? null : view.review_notes && oneLine(view.review_notes)
}

export interface Fact {
  label: string
  value: string
}

/** One line each; those that were not given are left out, and without details the person whom it is for. */
export function factsOf(
  view: ApprovalView,
  { details }: Pick<Manner, 'details'>,
  excerpts: Excerpts,
): Fact[] {
  const { agent, action, requested_by, risk } = view
  const score = risk.score === null ? '' : ` (${risk.score.toFixed(2)})`
  const rows: [label: string, value: string | null | undefined, max: number][] = [
    ['Agent', agent.name === agent.id ? agent.id : `${agent.name} (${agent.id})`, 150],
    ['Tool', action.tool, 200],
    ['Environment', action.environment, 100],
    ['On behalf of', details ? requested_by?.email : null, 100],
    ['Risk', risk.level.toUpperCase() + score, 100],
  ]
  return rows.flatMap(([label, value, max]) =>
    value == null ? [] : [{ label, value: excerpts.of(`"${label}"`, oneLine(value), max) }],
  )
}
