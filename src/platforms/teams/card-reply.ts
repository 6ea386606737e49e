// Makes the data of the card that answers a question in Teams.

import type { Reply } from '../../commands/commands.ts'
import type { Budget } from '../content/budget.ts'
import { oneLine, prose, revealed, webUrl } from '../content/text.ts'
import { inert, preformatted } from './card-text.ts'

/** What `cards/reply.json` is filled with. */
export function replyData(reply: Reply, budget: Budget) {
  const { link, lines, note, quote } = reply
  const payload = reply.payload?.trim() ? preformatted(revealed(reply.payload)) : ''
  const texts = {
    note: note === undefined ? '' : budget.of('the note', oneLine(note), 140),
    title: budget.fixed('the title', oneLine(reply.title), 140),
    // Facts are ours, and are not cut to make room for a payload.
    facts: budget.first(reply.facts, 11, 'facts').map(({ label, value }, index) => {
      const shown = budget.fixed(`the label of fact ${index + 1}`, oneLine(label), 40)
      return { label: shown, value: budget.fixed(`fact ${index + 1}`, oneLine(value), 250) }
    }),
    words: lines.length > 0 ? budget.of('the text', prose(lines.map(oneLine).join('\n')), 2500) : '',
    says_label: quote ? budget.of("the quote's label", oneLine(quote.label), 60) : '',
    says: quote ? budget.of('the quote', prose(quote.text), 3000) : '',
    payload: budget.of('the payload', payload, 20_000),
  }
  return {
    ...texts,
    truncation: budget.notice() ?? '',
    link: link ? inert(link.label, 60) : '',
    url: link ? (webUrl(link.url) ?? '') : '',
  }
}
