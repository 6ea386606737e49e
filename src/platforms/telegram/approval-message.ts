// Draws an approval in Telegram: its facts, its state, and a link to where it is decided.

import { type ApprovalStatus, type ApprovalView, closedBy } from '../../approvals/view.ts'
import { SIGNS } from '../content/alert.ts'
import { factsOf, noteOf } from '../content/approval.ts'
import { type Excerpts, oneLine, prettyJson, prose } from '../content/text.ts'
import type { RenderOptions } from '../render-options.ts'
import { drawn, type TelegramMessage, time } from './message.ts'
import { bold, code, codeBlock } from './text.ts'

const OUTCOMES: Record<Exclude<ApprovalStatus, 'pending'>, string> = {
  approved: `✅ ${bold('APPROVED')}`,
  denied: `❌ ${bold('DENIED')}`,
  expired: `⌛ ${bold('EXPIRED')} nobody decided in time`,
  withdrawn: `🚫 ${bold('WITHDRAWN')} no decision is needed any more`,
}

/** Never longer than Telegram takes, whatever the agent sent; the same parts in every state. */
export function approvalMessage(view: ApprovalView, options: RenderOptions): TelegramMessage {
  const argumentsJson = options.details ? prettyJson(view.action.arguments) : ''
  return drawn(view.url, options, (excerpts) => [
    [headline(view, excerpts), when(view), ...note(view, options, excerpts)],
    facts(view, options, excerpts),
    ...(options.details ? details(view, argumentsJson, excerpts) : []),
    [`Digest ${code(view.digest.replace('sha256:', '').slice(0, 12))}  ·  ${code(view.id)}`],
  ])
}

function headline(view: ApprovalView, excerpts: Excerpts): string {
  if (view.status === 'pending') {
    if (view.test) return `🧪 ${bold('This is a test.')} No agent waits for the answer.`
    return `${SIGNS[view.risk.level]} ${bold('Approval requested')}`
  }
  const names = closedBy(view)
  const name = names && excerpts.of("the reviewer's name", oneLine(names), 80)
  return name === null ? OUTCOMES[view.status] : `${OUTCOMES[view.status]} by ${code(name)}`
}

function when(view: ApprovalView): string {
  const pending = view.status === 'pending'
  return `${pending ? 'Expires' : 'Closed'} ${time(pending ? view.expires_at : view.closed_at)}`.trimEnd()
}

function note(view: ApprovalView, options: RenderOptions, excerpts: Excerpts): string[] {
  const words = noteOf(view, options)
  return words ? [code(excerpts.of('the note', words, 400))] : []
}

function details({ action }: ApprovalView, argumentsJson: string, excerpts: Excerpts): string[][] {
  return [
    [code(excerpts.of('the summary', prose(action.summary), 800))],
    [codeBlock(excerpts.of('the arguments', argumentsJson, 2000))],
  ]
}

function facts(view: ApprovalView, options: RenderOptions, excerpts: Excerpts): string[] {
  const lines = factsOf(view, options, excerpts).map(({ label, value }) => `${bold(label)} ${code(value)}`)
  const why = options.details ? view.reasons.map(oneLine).join(', ') : ''
  return why === '' ? lines : [...lines, `${bold('Why')} ${code(excerpts.of('the reasons', why, 300))}`]
}
