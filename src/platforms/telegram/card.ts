// Draws what a card says in Telegram: lines, others' words as code, and a link to the record.

import type { Content } from '../content/content.ts'
import { fullestCard } from '../content/fullest-card.ts'
import { type Link, linkOf } from '../content/link.ts'
import { contentOf, type Subject } from '../content/message.ts'
import type { RenderOptions } from '../render-options.ts'
import { isShortEnough, paragraphs, type TelegramMessage, telegramMessage } from './message.ts'
import { block, bold, html } from './text.ts'

const ROOM = { payload: 2000 }

/** The fullest message that Telegram takes, whatever the agent sent; what was cut or left out is said in it. */
export function cardOf(subject: Subject, options: RenderOptions): TelegramMessage {
  const contentFor = contentOf(subject, options, ROOM)
  const [text, link] = fullestCard(
    contentFor,
    (content) => {
      const found = linkOf(content)
      return [textOf(content, found), found] as const
    },
    ([drawn]) => isShortEnough(drawn),
  )
  return telegramMessage(text, link?.onButton ? [{ text: link.label, url: link.url }] : [])
}

function textOf(content: Content, link: Link | undefined): string {
  const { byline, facts, headline, notes, outcome, payload, reference, remarks, says } = content
  return paragraphs([
    [html(headline), ...[byline, ...remarks].map(html)],
    says ? [bold(says.label), block(says.text)] : [],
    facts.map(({ label, value }) => `${bold(label)} ${html(value)}`),
    payload ? [bold(payload.label), block(payload.json)] : [],
    [...notes.map((note) => html([note])), html(reference)],
    outcome ? [html(outcome)] : [],
    link && !link.onButton ? [html([`${link.label}: `, { id: link.url }])] : [],
  ])
}
