// Writes others' text for a SIEM with every unseen character made visible.

import { revealed } from '../content/text.ts'

/**
 * What a reader cannot see is shown as `\uXXXX`, so that a name which only looks like another one is not taken for it.
 * Of all that controls nothing is left but line feeds.
 */
export function visible(text: string): string {
  return revealed(text.replace(/\r\n?/g, '\n').replace(/\t/g, ' '))
}
