// Makes the details of a PagerDuty page: what every card says, row by row.

import type { Content } from '../content/content.ts'
import { type Line, plain } from '../content/line.ts'

/**
 * Rules compare them, so nothing is put around a value. What others wrote stands alone under a label of ours;
 * arguments that were not cut parse as JSON.
 */
export function customDetails(content: Content): Record<string, string> {
  const { details, facts, notes, payload, reference, remarks, says } = content
  const rows: [label: string, text: string][] = [
    ...[...details, ...facts].map(({ label, value }): [string, string] => [label, bare(value)]),
    ...remarks.map((line, index): [string, string] => [`Remark ${index + 1}`, plain(line)]),
  ]
  if (says) rows.push([says.label, says.text])
  if (payload) rows.push([payload.label, payload.json])
  rows.push(['Record', bare(reference)])
  if (notes.length > 0) rows.push(['Note', notes.join(' ')])
  return Object.fromEntries(rows)
}

/** What each part has but where a link leads. */
function bare(line: Line): string {
  return line.map((part) => (typeof part === 'string' ? part : Object.values(part)[0])).join('')
}
