// Makes the data of a digest's card in Teams.

import { bySeverity, type ShownDigest } from '../content/digest.ts'
import { STYLES, wholeSeconds } from './card-approval.ts'

/** What `cards/digest.json` is filled with. `to` is empty where all of it happened in one second. */
export function digestData({ severity, headline, counts, from, to, rows, notes }: ShownDigest) {
  const [first, last] = [wholeSeconds(from), wholeSeconds(to)]
  return {
    style: STYLES[severity],
    headline,
    counts,
    from: first,
    to: last === first ? '' : last,
    rows: bySeverity(rows).flatMap((group) =>
      group.map(({ sign, title, url = '', words }, index) => ({
        spacing: index === 0 ? 'medium' : 'small',
        sign,
        title,
        url,
        words: words.join(' · '),
      })),
    ),
    notes: notes.map((note) => ({ note })),
  }
}
