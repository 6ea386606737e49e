// What does an approval say in Teams? The data of its card, and its outcome in words.

import type { ApprovalStatus, ApprovalView } from '../../approvals/view.ts'
import type { Severity } from '../../events/severity.ts'
import { closingWords, deciding, factsOf } from '../shown-approval.ts'
import { type Excerpts, oneLine, prose, webUrl } from '../shown-text.ts'

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
const TEST: Headline = {
  strong: '🧪 This is a test.',
  rest: 'The buttons work; no agent waits for the answer.',
}
const OUTCOMES: Record<Closed, Headline> = {
  approved: { strong: '✅ APPROVED', rest: '' },
  denied: { strong: '❌ DENIED', rest: '' },
  expired: { strong: '⌛ EXPIRED', rest: 'nobody decided in time' },
  withdrawn: { strong: '🚫 WITHDRAWN', rest: 'no decision is needed any more' },
}

/** How it stands; `named` says how the name of the one who decided may be shown. */
export function headlineOf(view: ApprovalView, named: (name: string) => string): Headline {
  if (view.status === 'pending') return view.test ? TEST : REQUESTED
  const reviewer = deciding(view)?.reviewer
  const outcome = OUTCOMES[view.status]
  return reviewer ? { ...outcome, rest: `by ${named(reviewer.name)}` } : outcome
}

/** What `cards/approval.json` is filled with. */
export function approvalData(view: ApprovalView, argumentsText: string, excerpts: Excerpts) {
  const { action, digest, id, reasons, risk, status } = view
  const pending = status === 'pending'
  const url = webUrl(view.url) ?? ''
  const { strong, rest } = headlineOf(view, (name) => excerpts.of("the reviewer's name", oneLine(name), 80))
  const texts = {
    headline: strong,
    outcome: rest,
    note: excerpts.of('the note', closingWords(view) ?? '', 400),
    facts: factsOf(view, excerpts),
    why: excerpts.of('the reasons', reasons.map(oneLine).join(', '), 300),
    summary: excerpts.of('the summary', prose(action.summary), 800),
    arguments: excerpts.of('the arguments', argumentsText, 6000),
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
    pending,
    critical: risk.level === 'critical',
  }
}

/** Teams' `{{DATE(…)}}` reads no fractions of a second; what is no time makes an empty string. */
export function wholeSeconds(iso: string | null): string {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 19)}Z`
}
