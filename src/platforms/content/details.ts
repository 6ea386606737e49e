// Says everything that is to be decided, page by page: nothing of it is cut.

import type { ApprovalView } from '../../approvals/view.ts'
import { identifier } from '../../kit/identifier.ts'
import { quoted } from '../../kit/quoted.ts'
import type { Fact, Payload, Saying } from './content.ts'
import type { Line } from './line.ts'
import { head, oneLine, prettyJson, prose } from './text.ts'
import { asker, named, whatOf, whoOf } from './who.ts'

/** One page, in the two voices of a card. */
export interface DetailsPage {
  /** From 1. */
  page: number
  pages: number
  /** Who asks, as far as we know ourselves. */
  byline: Line
  /** On the first page. */
  facts: Fact[]
  says?: Saying
  payload?: Payload
  /** The whole digest, at the end of each. */
  digest: string
}

/** A page breaks after a line where one ends in its last part. */
const LAST_PART = 0.2

/** `charactersPerPage`: of others' text, in UTF-16 units. There is always one page. */
export function detailsOf(view: ApprovalView, charactersPerPage: number): DetailsPage[] {
  const says = cut(saidBy(view), charactersPerPage)
  const payload = cut(prettyJson(view.action.arguments), charactersPerPage)
  const first: Partial<DetailsPage> = { facts: factsOf(view) }
  const sayings = says.map((text): Partial<DetailsPage> => ({ says: { label: 'The agent says', text } }))
  const payloads = payload.map((json): Partial<DetailsPage> => ({ payload: { label: 'Arguments', json } }))
  const isShort = (says[0]?.length ?? 0) + (payload[0]?.length ?? 0) <= charactersPerPage
  const parts =
    says.length <= 1 && isShort
      ? [{ ...first, ...sayings[0], ...payloads[0] }, ...payloads.slice(1)]
      : [{ ...first, ...sayings[0] }, ...sayings.slice(1), ...payloads]
  const byline: Line = ['Asked by ', ...asker(view)]
  return parts.map((part, index) => ({
    page: index + 1,
    pages: parts.length,
    byline,
    facts: [],
    digest: view.digest,
    ...part,
  }))
}

function factsOf(view: ApprovalView): Fact[] {
  const { policy, requested_by } = view
  return [
    ...whoOf(view),
    ...whatOf(view.action),
    { label: 'Risk', value: [view.risk.level.toUpperCase()] },
    ...(requested_by === null
      ? []
      : [{ label: 'Requested by', value: [{ id: identifier(requested_by.email) }] }]),
    ...(policy?.rule ? [{ label: 'Rule', value: [{ name: named(policy.rule) }] }] : []),
  ]
}

/** All of it; empty where the agent says nothing of its own. */
function saidBy({ action, agent, reasons }: ApprovalView): string {
  return [
    ...(action.summary === action.tool ? [] : [prose(action.summary)]),
    ...(reasons.length === 0 ? [] : [`Reasons: ${reasons.map((one) => quoted(oneLine(one))).join(', ')}`]),
    ...(agent.name === agent.id ? [] : [`Calls itself: ${oneLine(agent.name)}`]),
  ].join('\n')
}

/** In pieces that put together are the text again; none where it is empty. */
export function cut(text: string, max: number): string[] {
  const pieces: string[] = []
  for (let rest = text; rest !== ''; ) {
    const piece = rest.length <= max ? rest : atLineEnd(head(rest, max), max)
    pieces.push(piece)
    rest = rest.slice(piece.length)
  }
  return pieces
}

function atLineEnd(piece: string, max: number): string {
  const end = piece.lastIndexOf('\n')
  return end > max * (1 - LAST_PART) ? piece.slice(0, end + 1) : piece
}
