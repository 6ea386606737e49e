// Makes the data of a digest's card in Teams.

import { bySeverity, type DigestContent } from '../content/digest.ts'
import { STYLES } from './card-message.ts'
import { runs } from './card-parts.ts'

/** What `cards/digest.json` is filled with. */
export function digestData({ tone, headline, counts, times, rows, notes }: DigestContent) {
  return {
    style: STYLES[tone],
    headline,
    counts,
    times: runs(times),
    rows: bySeverity(rows).flatMap((group) =>
      group.map(({ sign, line }, index) => ({
        spacing: index === 0 ? 'medium' : 'small',
        sign,
        parts: runs(line),
      })),
    ),
    notes: notes.map((note) => ({ note })),
  }
}
