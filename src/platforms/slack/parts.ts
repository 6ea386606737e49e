// Makes the blocks of Slack that cards and dialogs share.

import type { ContextBlock, SectionBlock } from '@slack/types'
import type { Fact } from '../content/content.ts'
import { type Line, tightened } from '../content/line.ts'
import { markup, mrkdwn } from './text.ts'

/** Of one text, and of one of the fields of a section, of which there are at most ten. */
const MAX_TEXT = 3000
const MAX_FIELD = 2000
const FACTS_OF_A_SECTION = 5

export function section(line: Line): SectionBlock {
  return { type: 'section', text: markup(line) }
}

/** At most ten lines, small and grey. */
export function context(lines: Line[]): ContextBlock {
  return { type: 'context', elements: lines.map(markup) }
}

/** Labels on the left, values on the right: Slack sets a section's fields, at most ten, in two columns that line up. */
export function table(facts: Fact[]): SectionBlock {
  const fields = facts.flatMap(({ label, value }) => [markup([{ strong: label }]), markup(value)])
  return { type: 'section', fields }
}

/** Any number of facts, in as many tables as hold them; only an admin's own name is ever too long for one. */
export function tables(facts: Fact[]): SectionBlock[] {
  const fitting = facts.map(({ label, value }) => ({
    label,
    value: mrkdwn(value).length <= MAX_FIELD ? value : tightened(value),
  }))
  const all: SectionBlock[] = []
  while (fitting.length > 0) all.push(table(fitting.splice(0, FACTS_OF_A_SECTION)))
  return all
}

/** A line in as many pieces as texts hold it; most are one. */
export function inPieces(line: Line): Line[] {
  if (mrkdwn(line).length <= MAX_TEXT) return [line]
  const pieces: Line[] = []
  for (const part of line) {
    const last = pieces.at(-1)
    if (last && mrkdwn([...last, part]).length <= MAX_TEXT) last.push(part)
    else pieces.push([part])
  }
  return pieces
}
