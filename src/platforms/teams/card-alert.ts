// Makes the data of an alert's card in Teams.

import type { EventView } from '../../events/event.ts'
import { type Manner, withheldWords } from '../manner.ts'
import { alertFacts, isOpen, linkLabel, nameOf, SIGNS, titleOf } from '../shown-alert.ts'
import { type Excerpts, prose, webUrl } from '../shown-text.ts'
import { STYLES, wholeSeconds } from './card-approval.ts'

/** What `cards/alert.json` is filled with. */
export function alertData(event: EventView, dataText: string, manner: Manner, excerpts: Excerpts) {
  const { acknowledged } = event
  const url = webUrl(event.url) ?? ''
  const link = linkLabel(event, manner)
  const texts = {
    acknowledged: acknowledged ? `👀 Acknowledged by ${nameOf(acknowledged, excerpts)}` : '',
    facts: alertFacts(event, manner, excerpts),
    message: manner.details ? excerpts.of('the message', prose(event.summary), 800) : '',
    data: manner.details ? excerpts.of('the data', dataText, 1000) : '',
    withheld: manner.details ? '' : withheldWords(url !== '', link),
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
    open: manner.interactive && isOpen(event),
    link,
    url,
  }
}
