// Says what a card tells of a message, be it about an approval or an alert.

import type { Message } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { alertContent } from './alert.ts'
import { approvalContent } from './approval.ts'
import type { Budget } from './budget.ts'
import type { Content, Room } from './content.ts'

export function contentOf(message: Message, options: RenderOptions, room: Room): (budget: Budget) => Content {
  return message.kind === 'approval'
    ? approvalContent(message.view, options, room)
    : alertContent(message.event, options, room)
}
