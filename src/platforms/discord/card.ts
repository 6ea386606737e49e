// Draws what a card says in Discord: lines, others' words as code, the facts in fields, and a link to the record.

import { COLORS } from '../content/colors.ts'
import type { Content } from '../content/content.ts'
import { fullestCard } from '../content/fullest-card.ts'
import { plain } from '../content/line.ts'
import { type Link, linkOf } from '../content/link.ts'
import { contentOf, type Subject } from '../content/message.ts'
import type { RenderOptions } from '../render-options.ts'
import { addressed, type DiscordMessage, type Embed, isShortEnough } from './message.ts'
import { block, jsonBlock, markdown } from './text.ts'

const ROOM = { payload: 1500 }

/** The fullest message that Discord takes, whatever the agent sent; what was cut or left out is said in it. */
export function cardOf(subject: Subject, options: RenderOptions): DiscordMessage {
  const contentFor = contentOf(subject, options, ROOM)
  const [embed, link] = fullestCard(
    contentFor,
    (content) => {
      const found = linkOf(content)
      return [embedOf(content, found), found] as const
    },
    ([drawn]) => isShortEnough(drawn),
  )
  return addressed({ embeds: [embed], components: buttons(link) }, options)
}

function embedOf(content: Content, link: Link | undefined): Embed {
  const { byline, facts, headline, notes, outcome, payload, reference, remarks, says, tone } = content
  const lines = [
    markdown(headline),
    ...[byline, ...remarks].map(markdown),
    ...(says ? [`**${says.label}**`, block(says.text)] : []),
    ...(payload ? [`**${payload.label}**`, jsonBlock(payload.json)] : []),
    ...(outcome ? [markdown(outcome)] : []),
    ...(link && !link.onButton ? [`${link.label}: ${link.url}`] : []),
  ]
  return {
    description: lines.join('\n'),
    color: COLORS[tone],
    fields: facts.map(({ label, value }) => ({ name: label, value: markdown(value), inline: true })),
    footer: { text: [...notes, plain(reference)].join('\n') },
  }
}

function buttons(link: Link | undefined): DiscordMessage['components'] {
  if (!link?.onButton) return []
  return [{ type: 1, components: [{ type: 2, style: 5, label: link.label, url: link.url }] }]
}
