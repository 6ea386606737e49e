// Draws an alert in Telegram: what happened, to whom, how serious it is, and a link to the record.

import type { EventView } from '../../events/event.ts'
import { alertFacts, nameOf, SIGNS, titleOf } from '../content/alert.ts'
import { type Excerpts, prettyJson, prose } from '../content/text.ts'
import type { RenderOptions } from '../render-options.ts'
import { drawn, type TelegramMessage, time } from './message.ts'
import { bold, code, codeBlock } from './text.ts'

/** Never longer than Telegram takes, whatever the agent sent; what was cut is said. */
export function alertMessage(event: EventView, options: RenderOptions): TelegramMessage {
  const data = Object.keys(event.data).length > 0 ? prettyJson(event.data) : ''
  return drawn(event.url, options, (excerpts) => [
    [`${SIGNS[event.severity]} ${bold(titleOf(event))}`, ...acknowledged(event, excerpts)],
    facts(event, options, excerpts),
    ...(options.details ? details(event, data, excerpts) : []),
    [code(event.id)],
  ])
}

function details({ summary }: EventView, data: string, excerpts: Excerpts): string[][] {
  const message = code(excerpts.of('the message', prose(summary), 800))
  return [[message], data === '' ? [] : [codeBlock(excerpts.of('the data', data, 1000))]]
}

function acknowledged({ acknowledged: seen }: EventView, excerpts: Excerpts): string[] {
  if (seen === null) return []
  return [`👀 ${bold('Acknowledged')} by ${code(nameOf(seen, excerpts))} · ${time(seen.at)}`]
}

function facts(event: EventView, options: RenderOptions, excerpts: Excerpts): string[] {
  const lines = alertFacts(event, options, excerpts).map(
    ({ label, value }) => `${bold(label)} ${code(value)}`,
  )
  const at = time(event.created_at)
  return at === '' ? lines : [...lines, `${bold('Time')} ${code(at)}`]
}
