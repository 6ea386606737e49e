// Answers `/governance pending` with what waits for a decision.

import type { Queries } from '../approvals/queries.ts'
import { countsOf } from '../approvals/view.ts'
import { identifier, setApart } from '../kit/identifier.ts'
import type { Reply } from './commands.ts'
import { span } from './span.ts'

const SHOWN = 10

export async function pendingReply(queries: Queries, destinationIds: string[], now: number): Promise<Reply> {
  const approvals = await queries.pending(destinationIds, SHOWN + 1)
  const lines = approvals.slice(0, SHOWN).map((view) => {
    const left = span(Date.parse(view.expires_at) - now)
    const what = `${setApart(identifier(view.action.tool))} for ${setApart(identifier(view.agent.id))}`
    const counts = countsOf(view.progress)
    const met = counts.length === 0 ? [] : [counts.join(', ')]
    return [view.risk.level.toUpperCase(), what, ...met, `${left} left`, view.id].join(' · ')
  })
  if (approvals.length > SHOWN) lines.push(`… and more; these are the ${SHOWN} longest waiting.`)
  return {
    title: lines.length === 0 ? 'Nothing is waiting for a decision' : 'Waiting for a decision',
    facts: [],
    lines,
  }
}
