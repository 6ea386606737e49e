// Draws a card for a test as where nobody chose anything.

import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import type { Message } from '../../src/platforms/platform.ts'
import type { RenderOptions } from '../../src/platforms/render-options.ts'
import { EVENT } from './told-messages.ts'

const USUAL: RenderOptions = {
  details: true,
  interactive: true,
  dialogs: true,
  mention: false,
  removed: false,
}

/** Draws as usual, but for the options that are given. */
export function usually<Shown, Drawn>(draw: (shown: Shown, options: RenderOptions) => Drawn) {
  return (shown: Shown, options: Partial<RenderOptions> = {}) => draw(shown, { ...USUAL, ...options })
}

/** How one platform draws an approval, and an alert. */
export function drawing<Drawn>(cardOf: (message: Message, options: RenderOptions) => Drawn) {
  return {
    approvalCard: usually((view: ApprovalView, options) =>
      cardOf({ kind: 'approval', view, event: EVENT }, options),
    ),
    alertCard: usually((event: EventView, options) => cardOf({ kind: 'alert', event }, options)),
  }
}
