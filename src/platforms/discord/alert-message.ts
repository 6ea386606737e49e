// What does an alert look like in Discord? One embed in the colour of its severity, and a link to the record.

import type { EventView } from '../../events/event.ts'
import { alertFacts, SIGNS, titleOf } from '../shown-alert.ts'
import { type Excerpts, prettyJson, prose } from '../shown-text.ts'
import { COLORS, type DiscordMessage, drawn, type Field, field, time } from './message.ts'
import { block, blockJson, code } from './text.ts'

/** Never longer than Discord takes, whatever the agent sent; what was cut is said. */
export function alertMessage(event: EventView): DiscordMessage {
  const data = Object.keys(event.data).length > 0 ? blockJson(prettyJson(event.data)) : ''
  return drawn(event.url, (excerpts) => ({
    title: `${SIGNS[event.severity]} ${titleOf(event)}`,
    lines: [],
    color: COLORS[event.severity],
    fields: fields(event, data, excerpts),
    reference: event.id,
  }))
}

function fields(event: EventView, data: string, excerpts: Excerpts): Field[] {
  const facts = alertFacts(event, excerpts).map(({ label, value }) => field(label, code(value), true))
  const at = time(event.created_at, 'f')
  return [
    ...facts,
    ...(at === '' ? [] : [field('Time', at, true)]),
    field('Message', block('txt', excerpts.of('the message', prose(event.summary), 800))),
    ...(data === '' ? [] : [field('Data', block('json', excerpts.of('the data', data, 1000)))]),
  ]
}
