// Says what a card tells of an approval: what is to be decided, what the agent says, and who decided.

import { type ApprovalView, closedBy, closingVotes, inWords } from '../../approvals/view.ts'
import { REMOVED_WORDS, type RenderOptions } from '../render-options.ts'
import type { Budget } from './budget.ts'
import type { Action, Confirm, Content, Fact, Room, Saying } from './content.ts'
import type { Line } from './line.ts'
import { LINK, notesOf, previewOf } from './notes.ts'
import { SIGNS } from './signs.ts'
import { identifier, oneLine, prettyJson, prose, webUrl } from './text.ts'
import { asker, named, whatOf, whoOf } from './who.ts'

const LONGEST = { summary: 800, reasons: 300, note: 400 }
/** No platform takes any number of lines, and nobody reads them. */
const MOST_REMARKS = 5

const CONFIRM_CRITICAL: Confirm = {
  title: 'Approve a critical action?',
  question: 'Its risk is critical. Approve it only if you have read all of its arguments.',
  yes: 'Yes, approve',
  no: 'Go back',
}

/** `view` may hold anything in what others wrote; the answer never mixes it with our words. */
export function approvalContent(
  view: ApprovalView,
  options: RenderOptions,
  room: Room,
): (budget: Budget) => Content {
  const json = options.details ? prettyJson(view.action.arguments) : ''
  const url = webUrl(view.url)
  return (budget) => {
    const headline = headlineOf(view, budget)
    const parts = {
      remarks: remarksOf(view, options, budget),
      facts: factsOf(view, options, budget),
      ...(options.details && {
        ...saysOf(view, budget),
        payload: { label: 'Arguments', json: budget.of('the arguments', json, room.payload) },
      }),
    }
    return {
      tone: view.status === 'pending' ? `pending_${view.risk.level}` : view.status,
      headline,
      byline: ['Asked by ', ...asker(view, budget)],
      details: [
        ...whoOf(view, budget),
        ...whatOf(view.action),
        { label: 'Risk', value: [riskOf(view.risk)] },
      ],
      ...(options.details &&
        view.action.summary !== view.action.tool && { preview: previewOf(view.action.summary) }),
      ...parts,
      notes: notesOf(options, budget, url !== undefined),
      reference: ['Digest ', { id: view.digest.replace('sha256:', '').slice(0, 12) }, ' · ', { id: view.id }],
      ...outcomeOf(view, budget),
      actions: actionsOf(view, options, url),
    }
  }
}

function headlineOf(view: ApprovalView, budget: Budget): Line {
  const { action, risk, status, test } = view
  const what: Line = [{ id: identifier(action.tool) }, ...placeOf(action.environment)]
  if (status !== 'pending') return [...endOf(view, budget), ': ', ...what]
  const level = test ? '🧪 This is a test' : `${SIGNS[risk.level]} ${riskOf(risk)}`
  return [{ strong: `${level} · Approve ` }, ...what, '?']
}

function riskOf({ level, score }: ApprovalView['risk']): string {
  return level.toUpperCase() + (score === null ? '' : ` (${score.toFixed(2)})`)
}

function placeOf(environment: string | null): Line {
  return environment === null ? [] : [' in ', { id: identifier(environment) }]
}

/** How it ended, and by whom. */
function endOf(view: ApprovalView, budget: Budget): Line {
  if (view.status === 'expired') return [{ strong: '⌛ Expired' }, ', nobody decided in time']
  if (view.status === 'withdrawn') return [{ strong: '🚫 Withdrawn' }, ', no decision is needed any more']
  const words = view.status === 'approved' ? '✅ Approved' : '❌ Denied'
  const names = closedBy(view)
  if (names === null) return [{ strong: words }]
  return [{ strong: `${words} by ` }, { name: named(names, "the reviewer's name", budget) }]
}

function outcomeOf(view: ApprovalView, budget: Budget): { outcome?: Line } {
  if (view.status === 'pending') return {}
  const time: Line = view.closed_at === null ? [] : [' · ', { time: view.closed_at }]
  return { outcome: [...endOf(view, budget), ...time] }
}

/** Who has approved so far, and what people noted. */
function remarksOf(view: ApprovalView, options: RenderOptions, budget: Budget): Line[] {
  const { details, interactive, removed } = options
  const remarks: Line[] = removed && view.status === 'pending' ? [[{ strong: REMOVED_WORDS }]] : []
  if (view.test && view.status === 'pending') {
    remarks.push([
      interactive ? 'The buttons work; no agent waits for the answer.' : 'No agent waits for the answer.',
    ])
  }
  if (view.status === 'pending') return [...remarks, ...progressOf(view, budget)]
  return details ? notesIn(view, budget) : []
}

/** Of those who closed it; where nobody's vote did, the closing words, which hold what an agent gave as its reason. */
function notesIn(view: ApprovalView, budget: Budget): Line[] {
  const { review_notes, status } = view
  const quote = (note: string) => ({ quote: budget.of('the note', oneLine(note), LONGEST.note) })
  const votes = closingVotes(view)
  if (votes.length === 0) {
    const isSaidAbove = status === 'expired' || review_notes === null || review_notes === 'Withdrawn'
    return isSaidAbove ? [] : [[quote(review_notes)]]
  }
  const noted = votes.flatMap(({ reviewer, note }) => (note === null ? [] : [{ reviewer, note }]))
  return budget
    .first(noted, MOST_REMARKS, 'notes')
    .map(({ reviewer, note }) => [
      'Note by ',
      { name: named(reviewer.name, "the reviewer's name", budget) },
      ': ',
      quote(note),
    ])
}

/** Nothing where one approval is enough, of which there is nothing to tell until it is there. */
function progressOf({ progress }: ApprovalView, budget: Budget): Line[] {
  const open = progress.filter(({ approved, missing }) => approved.length + missing > 1)
  return budget.first(open, MOST_REMARKS, 'groups of reviewers').map(({ approved, missing }): Line => {
    const needed = approved.length + missing
    const count = `${approved.length} of ${needed} approvals`
    if (approved.length === 0) return [count]
    const names = inWords(approved.map(({ name }) => name))
    return [`${count}: `, { name: named(names, 'the names', budget) }]
  })
}

/** One text, all of it the agent's: what it wants, why people are asked, and what it calls itself. */
function saysOf({ agent, action, reasons }: ApprovalView, budget: Budget): { says?: Saying } {
  const lines: string[] = []
  if (action.summary !== action.tool)
    lines.push(budget.of('the summary', prose(action.summary), LONGEST.summary))
  const why = reasons.map(oneLine).join(', ')
  if (why !== '') lines.push(`Reasons: ${budget.of('the reasons', why, LONGEST.reasons)}`)
  if (agent.name !== agent.id) {
    lines.push(`Calls itself: ${named(agent.name, "the agent's name", budget)}`)
  }
  return lines.length === 0 ? {} : { says: { label: 'The agent says', text: lines.join('\n') } }
}

function factsOf(view: ApprovalView, { details }: RenderOptions, budget: Budget): Fact[] {
  const { expires_at, requested_by, risk, status } = view
  const facts: Fact[] = []
  // The headline of what waits says it.
  if (status !== 'pending') facts.push({ label: 'Risk', value: [riskOf(risk)] })
  if (details && requested_by !== null) {
    const email = named(requested_by.email, 'the address', budget)
    facts.push({ label: 'Requested by', value: [{ name: email }] })
  }
  if (status === 'pending') facts.push({ label: 'Expires', value: [{ deadline: expires_at }] })
  return facts
}

function actionsOf(
  { id, risk, status }: ApprovalView,
  { interactive }: RenderOptions,
  url: string | undefined,
): Action[] {
  const confirm = risk.level === 'critical' ? { confirm: CONFIRM_CRITICAL } : {}
  const decide: Action[] = [
    { kind: 'approve', approvalId: id, ...confirm },
    { kind: 'deny', approvalId: id },
  ]
  return [
    ...(interactive && status === 'pending' ? decide : []),
    ...(url === undefined ? [] : [{ kind: 'link', label: LINK, url } as const]),
  ]
}
