// Says on a card what is left out, what was cut, and what leads to the whole.

import { type RenderOptions, withheldWords } from '../render-options.ts'
import type { Budget } from './budget.ts'
import { oneLine, shortened } from './text.ts'

export const LINK = 'View in Console'
const LONGEST_PREVIEW = 140

/** What is left out or was cut, and where all of it is. To be asked after all that may be cut. */
export function notesOf(
  { details }: Pick<RenderOptions, 'details'>,
  budget: Budget,
  isLinked: boolean,
  link = LINK,
): string[] {
  const cut = budget.notice()
  const notes = cut === undefined ? [] : [isLinked ? `${cut} ${link} shows all of it.` : cut]
  return details ? notes : [withheldWords(isLinked, link), ...notes]
}

/** To be asked after all that may be cut. */
export function isWhole({ details }: Pick<RenderOptions, 'details'>, budget: Budget): boolean {
  return details && budget.notice() === undefined
}

/** Of what somebody says, so much as has room where nothing else is seen. */
export function previewOf(words: string): string {
  return shortened(oneLine(words), LONGEST_PREVIEW)
}
