// Draws an alert in Slack: one card in the colour of its severity, before and after somebody sees to it.

import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
} from '@slack/types'
import type { EventView } from '../../events/event.ts'
import { alertFacts, isOpen, linkLabel, nameOf, SIGNS, titleOf } from '../content/alert.ts'
import { type Excerpts, oneLine, prettyJson, prose, shortened, webUrl } from '../content/text.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'
import { date, type SlackMessage, slackMessage } from './message.ts'
import { fitted, inert, literal, markup, preformatted } from './text.ts'

/** A section takes ten fields, and a fact is two of them. */
const FACTS_OF_A_SECTION = 5

/**
 * Never longer than Slack takes, whatever the agent sent; what was cut is said on the card. The agent's text is
 * shown literally and mentions nobody.
 */
export function alertCard(event: EventView, options: RenderOptions): SlackMessage {
  const data = Object.keys(event.data).length > 0 ? prettyJson(event.data) : ''
  return fitted((excerpts) =>
    slackMessage(topLine(event, options), event.severity, blocks(event, data, options, excerpts), options),
  )
}

function topLine(event: EventView, { details }: RenderOptions): string {
  const rest = details ? `: ${inert(shortened(oneLine(event.summary), 140))}` : by(event)
  return titleOf(event) + rest
}

function by({ agent }: EventView): string {
  return agent === null ? '' : `: ${inert(shortened(oneLine(agent.name), 60))}`
}

function blocks(event: EventView, data: string, options: RenderOptions, excerpts: Excerpts): KnownBlock[] {
  const url = webUrl(event.url)
  const [facts, moreFacts] = tables(event, options, excerpts)
  const parts: Record<string, KnownBlock | false | undefined> = {
    headline: { type: 'section', text: markup(`${SIGNS[event.severity]} *${titleOf(event)}*`) },
    acknowledged: acknowledged(event, excerpts),
    facts,
    more_facts: moreFacts,
    ...(options.details
      ? details(event, data, excerpts)
      : { data: preformatted(withheldWords(url !== undefined, linkLabel(event, options))) }),
    about: about(event, options, excerpts, url),
    buttons: buttons(event, options, url),
  }
  const state = event.acknowledged === null ? 'alert' : 'acknowledged'
  return Object.entries(parts).flatMap(([part, block]) =>
    block ? [{ ...block, block_id: `${state}_${part}` }] : [],
  )
}

function acknowledged({ acknowledged: seen }: EventView, excerpts: Excerpts): SectionBlock | undefined {
  if (seen === null) return undefined
  const words = `:eyes: *Acknowledged by ${inert(nameOf(seen, excerpts))}* · ${date(seen.at)}`
  return { type: 'section', text: markup(words) }
}

function buttons(event: EventView, options: RenderOptions, url: string | undefined): ActionsBlock | false {
  const elements: Button[] = []
  if (options.interactive && isOpen(event)) {
    const text = literal('Acknowledge')
    elements.push({ type: 'button', action_id: 'acknowledge_alert', style: 'primary', text, value: event.id })
  }
  if (url) {
    const text = literal(linkLabel(event, options))
    elements.push({ type: 'button', action_id: 'view_console', text, url })
  }
  return elements.length > 0 && { type: 'actions', elements }
}

function details({ summary }: EventView, data: string, excerpts: Excerpts) {
  const message: SectionBlock = {
    type: 'section',
    text: literal(excerpts.of('the message', prose(summary), 800)),
  }
  return { message, data: data !== '' && preformatted(excerpts.of('the data', data, 1000)) }
}

/** Labels on the left, values on the right: Slack sets a section's fields in two columns. */
function tables(event: EventView, options: RenderOptions, excerpts: Excerpts): SectionBlock[] {
  const facts: (MrkdwnElement | PlainTextElement)[][] = alertFacts(event, options, excerpts).map(
    ({ label, value }) => [markup(`*${label}*`), literal(value)],
  )
  facts.push([markup('*Time*'), markup(date(event.created_at))])
  return [facts.slice(0, FACTS_OF_A_SECTION), facts.slice(FACTS_OF_A_SECTION)].flatMap((part) =>
    part.length > 0 ? [{ type: 'section', fields: part.flat() }] : [],
  )
}

function about(
  event: EventView,
  options: RenderOptions,
  excerpts: Excerpts,
  url: string | undefined,
): ContextBlock {
  const cut = excerpts.notice()
  const elements = [markup(`\`${event.id}\``)]
  if (cut) elements.unshift(markup(url ? `${cut} ${linkLabel(event, options)} shows all of it.` : cut))
  return { type: 'context', elements }
}
