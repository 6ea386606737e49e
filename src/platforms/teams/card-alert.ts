// Makes the data of an alert's card in Teams.

import type { EventView } from '../../events/event.ts'
import { alertFacts, isOpen, linkLabel, nameOf, SIGNS, titleOf } from '../content/alert.ts'
import { type Excerpts, prose, webUrl } from '../content/text.ts'
import { type RenderOptions, withheldWords } from '../render-options.ts'
import { STYLES, wholeSeconds } from './card-approval.ts'

/** What `cards/alert.json` is filled with. */
export function alertData(event: EventView, dataText: string, options: RenderOptions, excerpts: Excerpts) {
  const { acknowledged } = event
  const url = webUrl(event.url) ?? ''
  const link = linkLabel(event, options)
  const texts = {
    acknowledged: acknowledged ? `👀 Acknowledged by ${nameOf(acknowledged, excerpts)}` : '',
    facts: alertFacts(event, options, excerpts),
    message: options.details ? excerpts.of('the message', prose(event.summary), 800) : '',
    data: options.details ? excerpts.of('the data', dataText, 1000) : '',
    withheld: options.details ? '' : withheldWords(url !== '', link),
  }
  const cut = excerpts.notice() ?? ''
  return {
    ...texts,
    style: STYLES[event.severity],
    headline: `${SIGNS[event.severity]} ${titleOf(event)}`,
    time: wholeSeconds(event.created_at),
    acknowledged_time: wholeSeconds(acknowledged?.at ?? null),
    truncation: cut && url ? `${cut} ${link} shows all of it.` : cut,
    id: event.id,
    open: options.interactive && isOpen(event),
    link,
    url,
  }
}
