// What does an alert look like in Telegram? What happened, to whom, how serious it is, and a link to the record.

import type { EventView } from '../../events/event.ts'
import { alertFacts, SIGNS, titleOf } from '../shown-alert.ts'
import { type Excerpts, prettyJson, prose } from '../shown-text.ts'
import { drawn, type TelegramMessage, time } from './message.ts'
import { bold, code, codeBlock } from './text.ts'

/** Never longer than Telegram takes, whatever the agent sent; what was cut is said. */
export function alertMessage(event: EventView): TelegramMessage {
  const data = Object.keys(event.data).length > 0 ? prettyJson(event.data) : ''
  return drawn(event.url, (excerpts) => [
    [`${SIGNS[event.severity]} ${bold(titleOf(event))}`],
    facts(event, excerpts),
    [code(excerpts.of('the message', prose(event.summary), 800))],
    data === '' ? [] : [codeBlock(excerpts.of('the data', data, 1000))],
    [code(event.id)],
  ])
}

function facts(event: EventView, excerpts: Excerpts): string[] {
  const lines = alertFacts(event, excerpts).map(({ label, value }) => `${bold(label)} ${code(value)}`)
  const at = time(event.created_at)
  return at === '' ? lines : [...lines, `${bold('Time')} ${code(at)}`]
}
