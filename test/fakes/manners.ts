// Draws a card for a test in the usual manner, as where nobody chose anything.

import type { Manner } from '../../src/platforms/manner.ts'

const USUAL: Manner = { details: true, interactive: true, mention: false }

/** Draws in the usual manner, but for what is said. */
export function usually<Shown, Drawn>(draw: (shown: Shown, manner: Manner) => Drawn) {
  return (shown: Shown, manner: Partial<Manner> = {}) => draw(shown, { ...USUAL, ...manner })
}
