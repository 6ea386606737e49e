// Draws a digest in Slack: one card for many alerts, with a line for each and nothing to press.

import type { ContextBlock, KnownBlock, SectionBlock } from '@slack/types'
import { bySeverity, type DigestContent, type DigestRow, fullestDigest } from '../content/digest.ts'
import type { Line } from '../content/line.ts'
import type { Digest } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { isShortEnough, type SlackMessage, slackMessage } from './message.ts'
import { markup, mrkdwn } from './text.ts'

const MAX_SECTION = 3000

/** As many alerts as Slack takes, and how many more there are. */
export function digestCard(digest: Digest, options: RenderOptions): SlackMessage {
  const draw = (content: DigestContent) =>
    slackMessage(content.notification, content.tone, blocks(content), options)
  return fullestDigest(digest, options, draw, isShortEnough)
}

/** The message's own line is the headline. */
function blocks({ times, rows, notes }: DigestContent): KnownBlock[] {
  return [
    context([times]),
    ...bySeverity(rows).flatMap(sections),
    ...(notes.length > 0 ? [context(notes.map((note): Line => [note]))] : []),
  ]
}

/** As many as hold them: a section takes only so much. */
function sections(rows: DigestRow[]): SectionBlock[] {
  const texts: string[] = []
  for (const row of rows.map(({ sign, line }) => mrkdwn([`${sign} `, ...line]))) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + row.length < MAX_SECTION) texts.splice(-1, 1, `${last}\n${row}`)
    else texts.push(row)
  }
  return texts.map((text) => ({
    type: 'section',
    text: { type: 'mrkdwn', text, verbatim: true },
    expand: true,
  }))
}

function context(lines: Line[]): ContextBlock {
  return { type: 'context', elements: lines.map(markup) }
}
