// Draws a digest in Discord: one embed for many alerts, with a line for each that leads to its record.

import { COLORS } from '../content/colors.ts'
import { bySeverity, type DigestContent, type DigestRow, fullestDigest } from '../content/digest.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { addressed, type DiscordMessage, type Embed, isShortEnough } from './message.ts'
import { markdown } from './text.ts'

/** As many alerts as Discord takes, and how many more there are. */
export function digestMessage(digest: Digest, options: RenderOptions): DiscordMessage {
  const embed = fullestDigest(digest, options, embedOf, isShortEnough)
  return addressed({ embeds: [embed], components: [] }, options)
}

function embedOf({ tone, headline, counts, times, rows, notes }: DigestContent): Embed {
  const paragraphs = [[counts, markdown(times)], ...bySeverity(rows).map((group) => group.map(line)), notes]
  return {
    title: headline,
    description: paragraphs.flatMap((lines) => lines.filter(Boolean).join('\n') || []).join('\n\n'),
    color: COLORS[tone],
    fields: [],
  }
}

function line({ sign, line: words }: DigestRow): string {
  return `${sign} ${markdown(words)}`
}
