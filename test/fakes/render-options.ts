// Draws a card for a test as where nobody chose anything.

import type { RenderOptions } from '../../src/platforms/render-options.ts'

const USUAL: RenderOptions = { details: true, interactive: true, mention: false }

/** Draws as usual, but for the options that are given. */
export function usually<Shown, Drawn>(draw: (shown: Shown, options: RenderOptions) => Drawn) {
  return (shown: Shown, options: Partial<RenderOptions> = {}) => draw(shown, { ...USUAL, ...options })
}
