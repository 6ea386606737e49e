// Makes the data of an approval's card in Teams, and its outcome in words.

import { type ApprovalStatus, type ApprovalView, closedBy } from '../../approvals/view.ts'
import type { Severity } from '../../events/severity.ts'
import { factsOf, noteOf } from '../content/approval.ts'
import { type Excerpts, oneLine, prose, webUrl } from '../content/text.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'

type Closed = Exclude<ApprovalStatus, 'pending'>

/** How the container of the headline is coloured, also of an alert. */
export const STYLES: Record<Severity | Closed, string> = {
  info: 'accent',
  low: 'accent',
  medium: 'warning',
  high: 'attention',
  critical: 'attention',
  approved: 'good',
  denied: 'attention',
  expired: 'emphasis',
  withdrawn: 'emphasis',
}

export interface Headline {
  strong: string
  rest: string
}

const REQUESTED: Headline = { strong: 'Approval requested', rest: '' }
const TEST: Headline = { strong: '🧪 This is a test.', rest: 'No agent waits for the answer.' }
const PRESSABLE_TEST: Headline = { ...TEST, rest: 'The buttons work; no agent waits for the answer.' }
const OUTCOMES: Record<Closed, Headline> = {
  approved: { strong: '✅ APPROVED', rest: '' },
  denied: { strong: '❌ DENIED', rest: '' },
  expired: { strong: '⌛ EXPIRED', rest: 'nobody decided in time' },
  withdrawn: { strong: '🚫 WITHDRAWN', rest: 'no decision is needed any more' },
}

/** How it ended, if it did; `named` says how the names of those who decided may be shown. */
export function outcomeOf(view: ApprovalView, named: (name: string) => string): Headline | undefined {
  if (view.status === 'pending') return undefined
  const names = closedBy(view)
  const outcome = OUTCOMES[view.status]
  return names === null ? outcome : { ...outcome, rest: `by ${named(names)}` }
}

function waiting({ test }: ApprovalView, { interactive }: RenderOptions): Headline {
  if (!test) return REQUESTED
  return interactive ? PRESSABLE_TEST : TEST
}

/** What `cards/approval.json` is filled with. */
export function approvalData(
  view: ApprovalView,
  argumentsText: string,
  options: RenderOptions,
  excerpts: Excerpts,
) {
  const { digest, id, risk, status } = view
  const pending = status === 'pending'
  const url = webUrl(view.url) ?? ''
  const named = (name: string) => excerpts.of("the reviewer's name", oneLine(name), 80)
  const { strong, rest } = outcomeOf(view, named) ?? waiting(view, options)
  const texts = {
    headline: strong,
    outcome: rest,
    note: excerpts.of('the note', noteOf(view, options) ?? '', 400),
    facts: factsOf(view, options, excerpts),
    ...(options.details ? details(view, argumentsText, excerpts) : NO_DETAILS),
    withheld: options.details ? '' : withheldWords(url !== ''),
  }
  const cut = excerpts.notice() ?? ''
  return {
    ...texts,
    style: STYLES[pending ? risk.level : status],
    timing: pending ? 'Expires' : 'Closed',
    time: wholeSeconds(pending ? view.expires_at : view.closed_at),
    truncation: cut && url ? `${cut} View in Console shows all of it.` : cut,
    digest: digest.replace('sha256:', '').slice(0, 12),
    id,
    url,
    decidable: pending && options.interactive,
    critical: risk.level === 'critical',
  }
}

const NO_DETAILS = { why: '', summary: '', arguments: '' }

function details(view: ApprovalView, argumentsText: string, excerpts: Excerpts): typeof NO_DETAILS {
  const { action, reasons } = view
  return {
    why: excerpts.of('the reasons', reasons.map(oneLine).join(', '), 300),
    summary: excerpts.of('the summary', prose(action.summary), 800),
    arguments: excerpts.of('the arguments', argumentsText, 6000),
  }
}

/** Teams' `{{DATE(…)}}` reads no fractions of a second; what is no time makes an empty string. */
export function wholeSeconds(iso: string | null): string {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 19)}Z`
}
