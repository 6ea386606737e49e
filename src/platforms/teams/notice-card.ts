// Draws in Teams what one person alone is told: a line that leads to the approval.

// The package's front also declares types of another package's sources, which do not compile here.
import { Template } from 'adaptivecards-templating/lib/template-engine.js'
import noticeTemplate from '../../../cards/notice.json' with { type: 'json' }
import { type Line, plain } from '../content/line.ts'
import { runs } from './card-parts.ts'
import type { CardAndSummary } from './cards.ts'

const notice = new Template(noticeTemplate)

/** The link comes last, after all other runs. */
export function noticeCard(line: Line): CardAndSummary {
  return { card: notice.expand({ $root: { parts: runs(line) } }), summary: plain(line) }
}
