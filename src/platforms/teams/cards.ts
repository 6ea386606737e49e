// Draws the cards of approvals, alerts, digests and answers in Teams, and the few plain words beside them.

// The package's front also declares types of another package's sources, which do not compile here.
import { Template } from 'adaptivecards-templating/lib/template-engine.js'
import alertTemplate from '../../../cards/alert.json' with { type: 'json' }
import approvalTemplate from '../../../cards/approval.json' with { type: 'json' }
import digestTemplate from '../../../cards/digest.json' with { type: 'json' }
import replyTemplate from '../../../cards/reply.json' with { type: 'json' }
import type { Refusal } from '../../approvals/refusals.ts'
import type { ApprovalView } from '../../approvals/view.ts'
import type { Reply } from '../../commands/commands.ts'
import type { EventView } from '../../events/event.ts'
import { titleOf } from '../content/alert.ts'
import type { Fact } from '../content/approval.ts'
import { fullestDigest } from '../content/digest.ts'
import { type Excerpts, fullest, prettyJson } from '../content/text.ts'
import type { Digest, Message } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { alertData } from './card-alert.ts'
import { approvalData, outcomeOf } from './card-approval.ts'
import { digestData } from './card-digest.ts'
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
type CardData = Record<string, string | boolean | Row[]>
type Row = Fact | Record<string, string>

/** Workflows refuse more than 28 KB (bots may send 80 KB), and the message around the card is part of that. */
const MAX_CARD_BYTES = 27_000
/** Compiled once: that takes many times as long as filling one. */
const approval = new Template(approvalTemplate)
const alert = new Template(alertTemplate)
const digest = new Template(digestTemplate)
const reply = new Template(replyTemplate)

/**
 * Never longer than Teams takes, whatever the agent sent; what was cut is said on the card. The agent's text is
 * shown literally. Only a pending one has buttons that decide.
 */
export function approvalCard(view: ApprovalView, options: RenderOptions): AdaptiveCard {
  const argumentsText = options.details ? preformatted(prettyJson(view.action.arguments)) : ''
  return filled(approval, (excerpts) => approvalData(view, argumentsText, options, excerpts))
}

/** As short, as literal and as honest about what was cut, in the colour of its severity; it can be acknowledged. */
export function alertCard(event: EventView, options: RenderOptions): AdaptiveCard {
  const dataText = Object.keys(event.data).length > 0 ? preformatted(prettyJson(event.data)) : ''
  return filled(alert, (excerpts) => alertData(event, dataText, options, excerpts))
}

/** As many alerts as Teams takes, and how many more there are. */
export function digestCard(many: Digest, options: RenderOptions): AdaptiveCard {
  return fullestDigest(many, options, (shown) => expanded(digest, digestData(shown)), isShortEnough)
}

export function messageCard(message: Message, options: RenderOptions): AdaptiveCard {
  return message.kind === 'approval' ? approvalCard(message.view, options) : alertCard(message.event, options)
}

/** As long, as literal and as honest about what was cut; a payload that may not be shown is mentioned. */
export function replyCard(answer: Reply, { withPayload }: { withPayload: boolean }): AdaptiveCard {
  return filled(reply, (excerpts) => replyData(answer, withPayload, excerpts))
}

/** For the clicker, in words that stay words where Teams reads markdown. */
export function refusalText({ text, first }: Refusal): string {
  return `⚠ ${text}${first === null ? '' : ` by ${inert(first, 80)}`}`
}

/** For notifications, as `alertSummary`: one line that is only words wherever it is read. */
export function summaryOf(view: ApprovalView): string {
  const { agent, action } = view
  const outcome = outcomeOf(view, (name) => inert(name, 80))
  const how = outcome ? `${outcome.strong} ${outcome.rest}`.trim() : 'Approval requested'
  return `${how}: ${inert(action.tool, 80)} for ${inert(agent.name, 60)}`
}

export function alertSummary(event: EventView, { details }: RenderOptions): string {
  if (details) return `${titleOf(event)}: ${inert(event.summary, 140)}`
  return event.agent === null ? titleOf(event) : `${titleOf(event)}: ${inert(event.agent.name, 60)}`
}

function filled(template: Template, fill: (excerpts: Excerpts) => CardData): AdaptiveCard {
  return fullest((excerpts) => expanded(template, fill(excerpts)), isShortEnough)
}

function expanded(template: Template, data: CardData): AdaptiveCard {
  return template.expand({ $root: withoutFunctions(data) })
}

function isShortEnough(card: AdaptiveCard): boolean {
  return Buffer.byteLength(JSON.stringify(card)) <= MAX_CARD_BYTES
}

function withoutFunctions(data: CardData): CardData {
  const stripped = (value: CardData[string]) => {
    if (typeof value === 'boolean') return value
    return typeof value === 'string' ? literal(value) : value.map(literalRow)
  }
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, stripped(value)]))
}

function literalRow(row: Row): Row {
  return Object.fromEntries(Object.entries<string>({ ...row }).map(([key, text]) => [key, literal(text)]))
}
