// Draws an approval in Discord: its facts, its state, and a link to where it is decided.

import { type ApprovalStatus, type ApprovalView, closedBy } from '../../approvals/view.ts'
import { factsOf, noteOf } from '../content/approval.ts'
import { type Excerpts, oneLine, prettyJson, prose } from '../content/text.ts'
import type { RenderOptions } from '../render-options.ts'
import { COLORS, type DiscordMessage, drawn, type Field, field, time } from './message.ts'
import { block, blockJson, code, inert } from './text.ts'

const OUTCOMES: Record<Exclude<ApprovalStatus, 'pending'>, string> = {
  approved: '✅ APPROVED',
  denied: '❌ DENIED',
  expired: '⌛ EXPIRED nobody decided in time',
  withdrawn: '🚫 WITHDRAWN no decision is needed any more',
}
const TEST_TITLE = '🧪 This is a test. No agent waits for the answer.'

/** Never longer than Discord takes, whatever the agent sent; the same parts in every state. */
export function approvalMessage(view: ApprovalView, options: RenderOptions): DiscordMessage {
  const argumentsJson = options.details ? blockJson(prettyJson(view.action.arguments)) : ''
  return drawn(view.url, options, (excerpts) => ({
    title: title(view, excerpts),
    lines: [when(view), ...note(view, options, excerpts)],
    color: COLORS[view.status === 'pending' ? view.risk.level : view.status],
    fields: fields(view, argumentsJson, options, excerpts),
    reference: `Digest ${view.digest.replace('sha256:', '').slice(0, 12)}  ·  ${view.id}`,
  }))
}

function title(view: ApprovalView, excerpts: Excerpts): string {
  if (view.status === 'pending') return view.test ? TEST_TITLE : 'Approval requested'
  const names = closedBy(view)
  if (names === null) return OUTCOMES[view.status]
  return `${OUTCOMES[view.status]} by ${inert(excerpts.of("the reviewer's name", oneLine(names), 80))}`
}

function when(view: ApprovalView): string {
  if (view.status !== 'pending') return `Closed ${time(view.closed_at, 'f')}`.trimEnd()
  return `Expires ${time(view.expires_at, 'f')} ${time(view.expires_at, 'R')}`.trimEnd()
}

function note(view: ApprovalView, options: RenderOptions, excerpts: Excerpts): string[] {
  const words = noteOf(view, options)
  return words ? [code(excerpts.of('the note', words, 400))] : []
}

function fields(
  view: ApprovalView,
  argumentsJson: string,
  options: RenderOptions,
  excerpts: Excerpts,
): Field[] {
  const facts = factsOf(view, options, excerpts).map(({ label, value }) => field(label, code(value), true))
  return options.details ? [...facts, ...details(view, argumentsJson, excerpts)] : facts
}

function details({ action, reasons }: ApprovalView, argumentsJson: string, excerpts: Excerpts): Field[] {
  const why = reasons.map(oneLine).join(', ')
  return [
    ...(why === '' ? [] : [field('Why', code(excerpts.of('the reasons', why, 300)))]),
    field('Summary', block('txt', excerpts.of('the summary', prose(action.summary), 800))),
    field('Arguments', block('json', excerpts.of('the arguments', argumentsJson, 1000))),
  ]
}
