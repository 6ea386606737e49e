// What does an alert look like in Slack? One card in the colour of its severity, with nothing to decide.

import type { ContextBlock, KnownBlock, MrkdwnElement, PlainTextElement, SectionBlock } from '@slack/types'
import type { EventView } from '../../events/event.ts'
import { alertFacts, SIGNS, titleOf } from '../shown-alert.ts'
import { type Excerpts, oneLine, prettyJson, prose, shortened, webUrl } from '../shown-text.ts'
import { type ApprovalCard, COLORS, date } from './approval-card.ts'
import { fitted, inert, literal, markup, preformatted } from './text.ts'

/** The same arguments of Slack's methods. */
export type AlertCard = ApprovalCard

/** A section takes ten fields, and a fact is two of them. */
const FACTS_OF_A_SECTION = 5

/**
 * Never longer than Slack takes, whatever the agent sent; what was cut is said on the card. The agent's text is
 * shown literally and mentions nobody.
 */
export function alertCard(event: EventView): AlertCard {
  const data = Object.keys(event.data).length > 0 ? prettyJson(event.data) : ''
  return fitted((excerpts) => ({
    text: `${titleOf(event)}: ${inert(shortened(oneLine(event.summary), 140))}`,
    attachments: [{ color: COLORS[event.severity], blocks: blocks(event, data, excerpts) }],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }))
}

function blocks(event: EventView, data: string, excerpts: Excerpts): KnownBlock[] {
  const url = webUrl(event.url)
  const [facts, moreFacts] = tables(event, excerpts)
  const parts: Record<string, KnownBlock | false | undefined> = {
    headline: { type: 'section', text: markup(`${SIGNS[event.severity]} *${titleOf(event)}*`) },
    facts,
    more_facts: moreFacts,
    message: { type: 'section', text: literal(excerpts.of('the message', prose(event.summary), 800)) },
    data: data !== '' && preformatted(excerpts.of('the data', data, 1000)),
    about: about(event, excerpts, url),
    buttons: url !== undefined && {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'view_console', text: literal('View in Console'), url }],
    },
  }
  return Object.entries(parts).flatMap(([part, block]) =>
    block ? [{ ...block, block_id: `alert_${part}` }] : [],
  )
}

/** Labels on the left, values on the right: Slack sets a section's fields in two columns. */
function tables(event: EventView, excerpts: Excerpts): SectionBlock[] {
  const facts: (MrkdwnElement | PlainTextElement)[][] = alertFacts(event, excerpts).map(
    ({ label, value }) => [markup(`*${label}*`), literal(value)],
  )
  facts.push([markup('*Time*'), markup(date(event.created_at).trim())])
  return [facts.slice(0, FACTS_OF_A_SECTION), facts.slice(FACTS_OF_A_SECTION)].flatMap((part) =>
    part.length > 0 ? [{ type: 'section', fields: part.flat() }] : [],
  )
}

function about(event: EventView, excerpts: Excerpts, url: string | undefined): ContextBlock {
  const cut = excerpts.notice()
  const elements = [markup(`\`${event.id}\``)]
  if (cut) elements.unshift(markup(url ? `${cut} View in Console shows all of it.` : cut))
  return { type: 'context', elements }
}
