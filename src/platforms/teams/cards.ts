// What does Teams show? The cards of approvals, alerts and answers, and the few plain words beside them.

// The package's front also declares types of another package's sources, which do not compile here.
import { Template } from 'adaptivecards-templating/lib/template-engine.js'
import alertTemplate from '../../../cards/alert.json' with { type: 'json' }
import approvalTemplate from '../../../cards/approval.json' with { type: 'json' }
import replyTemplate from '../../../cards/reply.json' with { type: 'json' }
import type { Refusal } from '../../approvals/refusals.ts'
import type { ApprovalView } from '../../approvals/view.ts'
import type { Reply } from '../../commands/commands.ts'
import type { EventView } from '../../events/event.ts'
import { titleOf } from '../shown-alert.ts'
import { type Excerpts, fullest, prettyJson } from '../shown-text.ts'
import { alertData } from './card-alert.ts'
import { approvalData, headlineOf } from './card-approval.ts'
import { replyData } from './card-reply.ts'
import { inert, literal, preformatted } from './card-text.ts'

export interface AdaptiveCard {
  type: 'AdaptiveCard'
  version: '1.5'
  body: unknown[]
  actions?: unknown[]
  [more: string]: unknown
}

/** What is absent is an empty string or false: a missing key would leave its `${key}` on the card. */
type CardData = Record<string, string | boolean | { label: string; value: string }[]>

/** Workflows refuse more than 28 KB (bots may send 80 KB), and the message around the card is part of that. */
const MAX_CARD_BYTES = 27_000
/** Compiled once: that takes many times as long as filling one. */
const approval = new Template(approvalTemplate)
const alert = new Template(alertTemplate)
const reply = new Template(replyTemplate)

/**
 * Never longer than Teams takes, whatever the agent sent; what was cut is said on the card. The agent's text is
 * shown literally. Only a pending one has buttons that decide.
 */
export function approvalCard(view: ApprovalView): AdaptiveCard {
  const argumentsText = preformatted(prettyJson(view.action.arguments))
  return filled(approval, (excerpts) => approvalData(view, argumentsText, excerpts))
}

/** As short, as literal and as honest about what was cut, in the colour of its severity; it decides nothing. */
export function alertCard(event: EventView): AdaptiveCard {
  const dataText = Object.keys(event.data).length > 0 ? preformatted(prettyJson(event.data)) : ''
  return filled(alert, (excerpts) => alertData(event, dataText, excerpts))
}

/** As long, as literal and as honest about what was cut; a payload that may not be shown is mentioned. */
export function replyCard(answer: Reply, { withPayload }: { withPayload: boolean }): AdaptiveCard {
  return filled(reply, (excerpts) => replyData(answer, withPayload, excerpts))
}

/** For the clicker, in words that stay words where Teams reads markdown. */
export function refusalText({ code, text, decidedBy }: Refusal): string {
  const by = code === 'already_decided' && decidedBy !== null ? ` by ${inert(decidedBy, 80)}` : ''
  return `⚠ ${text}${by}`
}

/** For notifications, as `alertSummary`: one line that is only words wherever it is read. */
export function summaryOf(view: ApprovalView): string {
  const { agent, action, status } = view
  const { strong, rest } = headlineOf(view, (name) => inert(name, 80))
  const how = status === 'pending' ? 'Approval requested' : `${strong} ${rest}`.trim()
  return `${how}: ${inert(action.tool, 80)} for ${inert(agent.name, 60)}`
}

export function alertSummary(event: EventView): string {
  return `${titleOf(event)}: ${inert(event.summary, 140)}`
}

function filled(template: Template, fill: (excerpts: Excerpts) => CardData): AdaptiveCard {
  return fullest<AdaptiveCard>(
    (excerpts) => template.expand({ $root: withoutFunctions(fill(excerpts)) }),
    (card) => Buffer.byteLength(JSON.stringify(card)) <= MAX_CARD_BYTES,
  )
}

function withoutFunctions(data: CardData): CardData {
  const stripped = (value: CardData[string]) => {
    if (typeof value === 'boolean') return value
    if (typeof value === 'string') return literal(value)
    return value.map((row) => ({ label: literal(row.label), value: literal(row.value) }))
  }
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, stripped(value)]))
}
