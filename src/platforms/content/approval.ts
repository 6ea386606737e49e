// Says what every card says of an approval: the same facts in the same order, whatever the platform.

import { type ApprovalView, closingVotes, inWords } from '../../approvals/view.ts'
import type { RenderOptions } from '../render-options.ts'
import { type Excerpts, oneLine } from './text.ts'

/** What there is to say beside how it stands: who has approved so far, or closed, the notes of the people. */
export function noteOf(view: ApprovalView, { details }: Pick<RenderOptions, 'details'>): string | null {
  if (view.status === 'pending') return progressWords(view)
  if (!details) return null
  const votes = closingVotes(view)
  const notes = votes.flatMap(({ note }) => note ?? [])
  if (votes.length > 0) return notes.length === 0 ? null : oneLine(`Note: ${notes.join(' / ')}`)
  return view.status === 'expired' ? null : view.review_notes && oneLine(view.review_notes)
}

/** null where one approval is enough, of which there is nothing to tell until it is there. */
function progressWords({ progress }: ApprovalView): string | null {
  const parts = progress.flatMap(({ approved, missing }) => {
    const needed = approved.length + missing
    if (needed < 2) return []
    const names = inWords(approved.map(({ name }) => name))
    return [`${approved.length} of ${needed} approvals${names === '' ? '' : `: ${names}`}`]
  })
  return parts.length === 0 ? null : oneLine(parts.join(' · '))
}

export interface Fact {
  label: string
  value: string
}

/** One line each; those that were not given are left out, and without details the person whom it is for. */
export function factsOf(
  view: ApprovalView,
  { details }: Pick<RenderOptions, 'details'>,
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
