// Draws a digest in Discord: one embed for many alerts, with a line for each that leads to its record.

import { bySeverity, type DigestRow, fullestDigest, type ShownDigest } from '../content/digest.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { addressed, COLORS, type DiscordMessage, type Embed, MAX_DESCRIPTION, time } from './message.ts'
import { inert, linked } from './text.ts'

/** As many alerts as Discord takes, and how many more there are. */
export function digestMessage(digest: Digest, options: RenderOptions): DiscordMessage {
  const embed = fullestDigest(
    digest,
    options,
    embedOf,
    ({ description = '' }) => description.length <= MAX_DESCRIPTION,
  )
  return addressed({ embeds: [embed], components: [] }, options)
}

function embedOf({ severity, headline, counts, from, to, rows, notes }: ShownDigest): Embed {
  const times = [...new Set([time(from, 'f'), time(to, 'f')])].join(' – ')
  const paragraphs = [[counts, times], ...bySeverity(rows).map((group) => group.map(line)), notes]
  return {
    title: headline,
    description: paragraphs.flatMap((lines) => lines.filter(Boolean).join('\n') || []).join('\n\n'),
    color: COLORS[severity],
    fields: [],
  }
}

function line({ sign, title, url, words }: DigestRow): string {
  const name = url === undefined ? title : linked(url, title)
  return [`${sign} **${name}**`, ...words.map(inert)].join(' · ')
}
