// Answers what people ask the bot: `status`, `pending`, `show <id>`; anything else gets the help.

import type { Queries } from '../approvals/queries.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Clock } from '../kit/clock.ts'
import type { Asker, Commands, Reply } from './commands.ts'
import { span } from './span.ts'
import { status } from './status.ts'

const PENDING_SHOWN = 10
const WITHHELD = 'Details are left out in this conversation. View in Console shows them.'

export function createCommands({ queries, clock }: { queries: Queries; clock: Clock }): Commands {
  return {
    async answer(text, asker) {
      const [verb = '', id = '', ...rest] = text.trim().split(/\s+/)
      if (['status', 'pending'].includes(verb) && asker.by.standing !== 'member') return MEMBERS_ONLY
      if (verb === 'status' && id === '') return status(await queries.standing(), clock.now())
      if (verb === 'pending' && id === '') return pending(queries, clock)
      if (verb === 'show' && id !== '' && rest.length === 0) return show(queries, id, asker)
      return HELP
    },
  }
}

async function pending(queries: Queries, clock: Clock): Promise<Reply> {
  const approvals = await queries.pending(PENDING_SHOWN + 1)
  const shown = approvals.slice(0, PENDING_SHOWN)
  const lines = shown.map((view) => {
    const left = span(Date.parse(view.expires_at) - clock.now())
    return `${view.risk.level.toUpperCase()} · ${view.action.tool} for ${view.agent.name} · ${left} left · ${view.id}`
  })
  if (approvals.length > PENDING_SHOWN)
    lines.push(`… and more; these are the ${PENDING_SHOWN} longest waiting.`)
  return {
    title: lines.length === 0 ? 'Nothing is waiting for a decision' : 'Waiting for a decision',
    facts: [],
    lines,
  }
}

/** The full payload, unless the place withholds it: only for those who could decide it, a full member where its card stands. */
async function show(queries: Queries, id: string, asker: Asker): Promise<Reply> {
  for (const destinationId of asker.by.standing === 'member' ? asker.destinationIds : []) {
    const view = await queries.find(id)
    if (view && (await queries.wasSentTo(view.id, destinationId))) return shown(view, asker.details)
  }
  return { title: 'No such approval request in this conversation', facts: [], lines: [] }
}

function shown(view: ApprovalView, details: boolean): Reply {
  const { agent, action, reasons, review_notes, risk, status } = view
  const facts = [
    { label: 'Status', value: (details && review_notes) || status },
    { label: 'Agent', value: `${agent.name} (${agent.id})` },
    { label: 'Tool', value: action.tool },
    { label: 'Environment', value: action.environment ?? 'not named' },
    { label: 'Risk', value: risk.level.toUpperCase() + (risk.score === null ? '' : ` (${risk.score})`) },
    ...(details ? [{ label: 'Why', value: reasons.join(', ') || 'no reason given' }] : []),
    { label: 'Digest', value: view.digest },
  ]
  return {
    title: `Approval request ${view.id}`,
    facts,
    ...(details
      ? { lines: [action.summary], payload: JSON.stringify(action.arguments, null, 2) }
      : { lines: [WITHHELD] }),
    link: { label: 'View in Console', url: view.url },
  }
}

const HELP: Reply = {
  title: 'Countersign: what you can ask',
  facts: [
    { label: 'status', value: 'how approvals stand' },
    { label: 'pending', value: 'what is waiting for a decision' },
    { label: 'show <id>', value: 'one approval request in full, where its card was posted' },
    { label: 'help', value: 'this list' },
  ],
  lines: [],
}

const MEMBERS_ONLY: Reply = {
  title: 'Only full members of this workspace may see what is waiting',
  facts: [],
  lines: [],
}
