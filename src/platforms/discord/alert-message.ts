// Draws an alert in Discord: one embed in the colour of its severity, and a link to the record.

import type { EventView } from '../../events/event.ts'
import { alertFacts, nameOf, SIGNS, titleOf } from '../content/alert.ts'
import { type Excerpts, prettyJson, prose } from '../content/text.ts'
import type { RenderOptions } from '../render-options.ts'
import { COLORS, type DiscordMessage, drawn, type Field, field, time } from './message.ts'
import { block, blockJson, code } from './text.ts'

/** Never longer than Discord takes, whatever the agent sent; what was cut is said. */
export function alertMessage(event: EventView, options: RenderOptions): DiscordMessage {
  const data = Object.keys(event.data).length > 0 ? blockJson(prettyJson(event.data)) : ''
  return drawn(event.url, options, (excerpts) => ({
    title: `${SIGNS[event.severity]} ${titleOf(event)}`,
    lines: acknowledged(event, excerpts),
    color: COLORS[event.severity],
    fields: fields(event, data, options, excerpts),
    reference: event.id,
  }))
}

function acknowledged({ acknowledged: seen }: EventView, excerpts: Excerpts): string[] {
  return seen ? [`👀 Acknowledged by ${code(nameOf(seen, excerpts))} · ${time(seen.at, 'f')}`] : []
}

function fields(event: EventView, data: string, options: RenderOptions, excerpts: Excerpts): Field[] {
  const facts = alertFacts(event, options, excerpts).map(({ label, value }) =>
    field(label, code(value), true),
  )
  const at = time(event.created_at, 'f')
  return [
    ...facts,
    ...(at === '' ? [] : [field('Time', at, true)]),
    ...(options.details ? details(event, data, excerpts) : []),
  ]
}

function details({ summary }: EventView, data: string, excerpts: Excerpts): Field[] {
  return [
    field('Message', block('txt', excerpts.of('the message', prose(summary), 800))),
    ...(data === '' ? [] : [field('Data', block('json', excerpts.of('the data', data, 1000)))]),
  ]
}
