// Reads what a destination asks to hear: types, categories, verdicts, and the words that other products have for them.

import { canonicalType, EVENT_TYPES, VERDICTS } from './catalogue.ts'

/**
 * Words that mean more as a filter than as the type of an event: whoever asks to hear of what is denied means the
 * denials that agents report, and those that are made here.
 */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['allow', ['decision.allow', 'approval.approved']],
  ['deny', ['decision.deny', 'approval.denied']],
  ['require_approval', ['decision.require_approval', 'approval.requested']],
  ['approval', ['approval.*']],
  ['hitl.*', ['approval.*']],
  ['hitl.approved', ['approval.approved']],
  ['hitl.rejected', ['approval.denied']],
])

/** The patterns that a text stands for, as they are stored and matched; undefined: it is nothing to ask for. */
export function patternsOf(text: string): readonly string[] | undefined {
  const name = text.toLowerCase()
  const words = WORDS.get(name)
  if (words) return words
  if (VERDICTS.has(name) || isCategory(name)) return [name]
  const type = canonicalType(name)
  return type && [type]
}

function isCategory(name: string): boolean {
  return name.endsWith('.*') && Object.keys(EVENT_TYPES).some((type) => type.startsWith(name.slice(0, -1)))
}
