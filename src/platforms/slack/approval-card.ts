// What does an approval look like in Slack? One card per state: three buttons while pending, the outcome after.

import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types'
import type { ApprovalStatus, ApprovalView } from '../../approvals/view.ts'
import type { Severity } from '../../events/severity.ts'
import { closingWords, deciding, factsOf } from '../shown-approval.ts'
import { type Excerpts, oneLine, prettyJson, prose, shortened, webUrl } from '../shown-text.ts'
import { fitted, inert, literal, markup, preformatted } from './text.ts'

/** The arguments of `chat.postMessage`, and of `chat.update`, whose `parse` would otherwise be `client`. */
export interface ApprovalCard {
  /** Shown above the card and in notifications. */
  text: string
  attachments: [{ color: string; blocks: KnownBlock[] }]
  parse: 'none'
  unfurl_links: false
  unfurl_media: false
}

type Closed = Exclude<ApprovalStatus, 'pending'>

/** The bar beside a card, also of an alert. */
export const COLORS: Record<Severity | Closed, string> = {
  info: '#4A90D9',
  low: '#4A90D9',
  medium: '#E8A317',
  high: '#E8590C',
  critical: '#B00020',
  approved: '#2EB67D',
  denied: '#E01E5A',
  expired: '#868E96',
  withdrawn: '#868E96',
}
const OUTCOMES: Record<Closed, string> = {
  approved: ':white_check_mark: *APPROVED*',
  denied: ':x: *DENIED*',
  expired: ':hourglass: *EXPIRED* nobody decided in time',
  withdrawn: ':no_entry_sign: *WITHDRAWN* no decision is needed any more',
}
const TEST_HEADLINE = ':test_tube: *This is a test.* The buttons work; no agent waits for the answer.'
const CONFIRM_CRITICAL: ConfirmationDialog = {
  title: literal('Approve a critical action?'),
  text: literal('Its risk is critical. Approve it only if you have read all of its arguments.'),
  confirm: literal('Approve'),
  deny: literal('Go back'),
}

/**
 * Never longer than Slack takes, whatever the agent sent; what was cut is said on the card. The agent's text is
 * shown literally. In every state the same kinds of blocks stand in the same order, under ids of that state.
 */
export function approvalCard(view: ApprovalView): ApprovalCard {
  const argumentsJson = prettyJson(view.action.arguments)
  return fitted((excerpts) => ({
    text: topLine(view),
    attachments: [
      {
        color: COLORS[view.status === 'pending' ? view.risk.level : view.status],
        blocks: blocks(view, argumentsJson, excerpts),
      },
    ],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }))
}

function blocks(view: ApprovalView, argumentsJson: string, excerpts: Excerpts): KnownBlock[] {
  const { action, reasons, status } = view
  const url = webUrl(view.url)
  const why = reasons.map(oneLine).join(', ')
  const parts: Record<string, KnownBlock | false> = {
    headline: { type: 'section', text: markup(headline(view, excerpts)) },
    when: whenAndNote(view, excerpts),
    table: table(view, excerpts),
    why: why !== '' && { type: 'section', text: literal(`Why: ${excerpts.of('the reasons', why, 300)}`) },
    summary: { type: 'section', text: literal(excerpts.of('the summary', prose(action.summary), 800)) },
    arguments: preformatted(excerpts.of('the arguments', argumentsJson, 2000)),
    about: about(view, excerpts, url),
    buttons: buttons(view, url),
  }
  return Object.entries(parts).flatMap(([part, block]) =>
    block ? [{ ...block, block_id: `${status}_${part}` }] : [],
  )
}

function headline(view: ApprovalView, excerpts: Excerpts): string {
  if (view.status === 'pending') return view.test ? TEST_HEADLINE : '*Approval requested*'
  const reviewer = deciding(view)?.reviewer
  return outcome(view.status, reviewer && excerpts.of("the reviewer's name", oneLine(reviewer.name), 80))
}

function outcome(status: Closed, reviewer: string | undefined): string {
  return reviewer === undefined ? OUTCOMES[status] : `${OUTCOMES[status]} by ${inert(reviewer)}`
}

function topLine(view: ApprovalView): string {
  const part = (text: string, max: number) => inert(shortened(oneLine(text), max))
  const { agent, action, status } = view
  const what = `${part(action.tool, 80)} for ${part(agent.name, 60)}`
  if (status !== 'pending') {
    const reviewer = deciding(view)?.reviewer
    return `${outcome(status, reviewer && shortened(oneLine(reviewer.name), 80))}: ${what}`
  }
  return `Approval requested: ${what}`
}

function whenAndNote(view: ApprovalView, excerpts: Excerpts): ContextBlock {
  const pending = view.status === 'pending'
  const at = pending ? view.expires_at : view.closed_at
  const elements: ContextBlock['elements'] = [
    markup(`${pending ? 'Expires' : 'Closed'}${at ? date(at) : ''}`),
  ]
  const note = closingWords(view)
  if (note) elements.push(literal(excerpts.of('the note', note, 400)))
  return { type: 'context', elements }
}

export function date(iso: string): string {
  return ` <!date^${Math.floor(Date.parse(iso) / 1000)}^{date_short_pretty} at {time}|${iso}>`
}

/** Labels on the left, values on the right: Slack sets a section's fields in two columns. */
function table(view: ApprovalView, excerpts: Excerpts): SectionBlock {
  const fields = factsOf(view, excerpts).flatMap(({ label, value }) => [markup(`*${label}*`), literal(value)])
  return { type: 'section', fields }
}

function about(view: ApprovalView, excerpts: Excerpts, url: string | undefined): ContextBlock {
  const digest = view.digest.replace('sha256:', '').slice(0, 12)
  const cut = excerpts.notice()
  const elements = [markup(`Digest \`${digest}\`  ·  \`${view.id}\``)]
  if (cut) elements.unshift(markup(url ? `${cut} View in Console shows all of it.` : cut))
  return { type: 'context', elements }
}

function buttons(view: ApprovalView, url: string | undefined): ActionsBlock | false {
  const elements: Button[] = view.status === 'pending' ? [approve(view), deny(view)] : []
  if (url) elements.push({ type: 'button', action_id: 'view_console', text: literal('View in Console'), url })
  return elements.length > 0 && { type: 'actions', elements }
}

function approve({ id, risk }: ApprovalView): Button {
  const confirm = risk.level === 'critical' ? { confirm: CONFIRM_CRITICAL } : {}
  const text = literal('Approve')
  return { type: 'button', action_id: 'approve_action', style: 'primary', text, value: id, ...confirm }
}

function deny({ id }: ApprovalView): Button {
  return { type: 'button', action_id: 'deny_action', style: 'danger', text: literal('Deny'), value: id }
}
