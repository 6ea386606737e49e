// What does an alert say in Teams? The data of its card.

import type { EventView } from '../../events/event.ts'
import { alertFacts, SIGNS, titleOf } from '../shown-alert.ts'
import { type Excerpts, prose, webUrl } from '../shown-text.ts'
import { STYLES, wholeSeconds } from './card-approval.ts'

/** What `cards/alert.json` is filled with. */
export function alertData(event: EventView, dataText: string, excerpts: Excerpts) {
  const url = webUrl(event.url) ?? ''
  const texts = {
    facts: alertFacts(event, excerpts),
    message: excerpts.of('the message', prose(event.summary), 800),
    data: excerpts.of('the data', dataText, 1000),
  }
  const cut = excerpts.notice() ?? ''
  return {
    ...texts,
    style: STYLES[event.severity],
    headline: `${SIGNS[event.severity]} ${titleOf(event)}`,
    time: wholeSeconds(event.created_at),
    truncation: cut && url ? `${cut} View in Console shows all of it.` : cut,
    id: event.id,
    url,
  }
}
