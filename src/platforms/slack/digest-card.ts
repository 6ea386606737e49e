// Draws a digest in Slack: one card for many alerts, with a line for each and nothing to press.

import type { ContextBlock, KnownBlock, SectionBlock } from '@slack/types'
import { bySeverity, type DigestRow, digestLine, fullestDigest, type ShownDigest } from '../content/digest.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { date, type SlackMessage, slackMessage } from './message.ts'
import { inert, isShortEnough, linked, markup } from './text.ts'

const MAX_SECTION = 3000

/** As many alerts as Slack takes, and how many more there are; the agents' text is inert. */
export function digestCard(digest: Digest, options: RenderOptions): SlackMessage {
  const line = digestLine(digest, options)
  const draw = (shown: ShownDigest) => slackMessage(line, shown.severity, blocks(shown), options)
  return fullestDigest(digest, options, draw, isShortEnough)
}

function blocks({ headline, counts, from, to, rows, notes }: ShownDigest): KnownBlock[] {
  const times = from === to ? date(from) : `${date(from)} – ${date(to)}`
  return [
    { type: 'section', text: markup(`*${headline}*`) },
    context(`${counts}\n${times}`),
    ...bySeverity(rows).flatMap(sections),
    ...(notes.length > 0 ? [context(notes.join('\n'))] : []),
  ]
}

/** As many as hold them: a section takes only so much. */
function sections(rows: DigestRow[]): SectionBlock[] {
  const texts: string[] = []
  for (const row of rows.map(line)) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + row.length < MAX_SECTION) texts.splice(-1, 1, `${last}\n${row}`)
    else texts.push(row)
  }
  return texts.map((text) => ({ type: 'section', text: markup(text), expand: true }))
}

function line({ sign, title, url, words }: DigestRow): string {
  const name = url === undefined ? title : linked(url, title)
  return [`${sign} *${name}*`, ...words.map(inert)].join(' · ')
}

function context(text: string): ContextBlock {
  return { type: 'context', elements: [markup(text)] }
}
