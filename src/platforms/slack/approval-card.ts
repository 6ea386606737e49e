// Draws an approval in Slack, one card per state: three buttons while pending, the outcome after.

import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types'
import { type ApprovalStatus, type ApprovalView, closedBy } from '../../approvals/view.ts'
import { factsOf, noteOf } from '../content/approval.ts'
import { type Excerpts, oneLine, prettyJson, prose, shortened, webUrl } from '../content/text.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'
import { date, type SlackMessage, slackMessage } from './message.ts'
import { fitted, inert, literal, markup, preformatted } from './text.ts'

type Closed = Exclude<ApprovalStatus, 'pending'>

const OUTCOMES: Record<Closed, string> = {
  approved: ':white_check_mark: *APPROVED*',
  denied: ':x: *DENIED*',
  expired: ':hourglass: *EXPIRED* nobody decided in time',
  withdrawn: ':no_entry_sign: *WITHDRAWN* no decision is needed any more',
}
const TEST_HEADLINE = ':test_tube: *This is a test.* No agent waits for the answer.'
const PRESSABLE_TEST_HEADLINE =
  ':test_tube: *This is a test.* The buttons work; no agent waits for the answer.'
const CONFIRM_CRITICAL: ConfirmationDialog = {
  title: literal('Approve a critical action?'),
  text: literal('Its risk is critical. Approve it only if you have read all of its arguments.'),
  confirm: literal('Approve'),
  deny: literal('Go back'),
}

/**
 * Never longer than Slack takes, whatever the agent sent; what was cut is said on the card. The agent's text is
 * shown literally. In every state the same kinds of blocks stand in the same order, under ids of that state, and in
 * every options one is rich text, which Slack lets no other kind replace.
 */
export function approvalCard(view: ApprovalView, options: RenderOptions): SlackMessage {
  const argumentsJson = options.details ? prettyJson(view.action.arguments) : ''
  const color = view.status === 'pending' ? view.risk.level : view.status
  return fitted((excerpts) =>
    slackMessage(topLine(view), color, blocks(view, argumentsJson, options, excerpts), options),
  )
}

function blocks(
  view: ApprovalView,
  argumentsJson: string,
  options: RenderOptions,
  excerpts: Excerpts,
): KnownBlock[] {
  const url = webUrl(view.url)
  const parts: Record<string, KnownBlock | false> = {
    headline: { type: 'section', text: markup(headline(view, options, excerpts)) },
    when: whenAndNote(view, options, excerpts),
    table: table(view, options, excerpts),
    ...(options.details
      ? details(view, argumentsJson, excerpts)
      : { arguments: preformatted(withheldWords(url !== undefined)) }),
    about: about(view, excerpts, url),
    buttons: buttons(view, options, url),
  }
  return Object.entries(parts).flatMap(([part, block]) =>
    block ? [{ ...block, block_id: `${view.status}_${part}` }] : [],
  )
}

function details({ action, reasons }: ApprovalView, argumentsJson: string, excerpts: Excerpts) {
  const why = reasons.map(oneLine).join(', ')
  return {
    why: why !== '' && section(`Why: ${excerpts.of('the reasons', why, 300)}`),
    summary: section(excerpts.of('the summary', prose(action.summary), 800)),
    arguments: preformatted(excerpts.of('the arguments', argumentsJson, 2000)),
  }
}

function section(text: string): SectionBlock {
  return { type: 'section', text: literal(text) }
}

function headline(view: ApprovalView, { interactive }: RenderOptions, excerpts: Excerpts): string {
  if (view.status === 'pending') {
    if (!view.test) return '*Approval requested*'
    return interactive ? PRESSABLE_TEST_HEADLINE : TEST_HEADLINE
  }
  const names = closedBy(view)
  return outcome(view.status, names && excerpts.of("the reviewer's name", oneLine(names), 80))
}

function outcome(status: Closed, reviewer: string | null): string {
  return reviewer === null ? OUTCOMES[status] : `${OUTCOMES[status]} by ${inert(reviewer)}`
}

function topLine(view: ApprovalView): string {
  const part = (text: string, max: number) => inert(shortened(oneLine(text), max))
  const { agent, action, status } = view
  const what = `${part(action.tool, 80)} for ${part(agent.name, 60)}`
  if (status !== 'pending') {
    const names = closedBy(view)
    return `${outcome(status, names && shortened(oneLine(names), 80))}: ${what}`
  }
  return `Approval requested: ${what}`
}

function whenAndNote(view: ApprovalView, options: RenderOptions, excerpts: Excerpts): ContextBlock {
  const pending = view.status === 'pending'
  const at = pending ? view.expires_at : view.closed_at
  const elements: ContextBlock['elements'] = [
    markup(`${pending ? 'Expires' : 'Closed'}${at ? ` ${date(at)}` : ''}`),
  ]
  const note = noteOf(view, options)
  if (note) elements.push(literal(excerpts.of('the note', note, 400)))
  return { type: 'context', elements }
}

/** Labels on the left, values on the right: Slack sets a section's fields in two columns. */
function table(view: ApprovalView, options: RenderOptions, excerpts: Excerpts): SectionBlock {
  const fields = factsOf(view, options, excerpts).flatMap(({ label, value }) => [
    markup(`*${label}*`),
    literal(value),
  ])
  return { type: 'section', fields }
}

function about(view: ApprovalView, excerpts: Excerpts, url: string | undefined): ContextBlock {
  const digest = view.digest.replace('sha256:', '').slice(0, 12)
  const cut = excerpts.notice()
  const elements = [markup(`Digest \`${digest}\`  ·  \`${view.id}\``)]
  if (cut) elements.unshift(markup(url ? `${cut} View in Console shows all of it.` : cut))
  return { type: 'context', elements }
}

function buttons(
  view: ApprovalView,
  { interactive }: RenderOptions,
  url: string | undefined,
): ActionsBlock | false {
  const elements: Button[] = interactive && view.status === 'pending' ? [approve(view), deny(view)] : []
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
