// Says what a card tells, be it about an approval or an alert.

import type { Message } from '../platform.ts'
import type { RenderOptions } from '../render-options.ts'
import { alertContent } from './alert.ts'
import { approvalContent } from './approval.ts'
import type { Budget } from './budget.ts'
import type { Content, Room } from './content.ts'

/** What a card shows, whatever it is sent for. */
export type Subject =
  | Pick<Extract<Message, { kind: 'approval' }>, 'kind' | 'view'>
  | Pick<Extract<Message, { kind: 'alert' }>, 'kind' | 'event'>

export function contentOf(subject: Subject, options: RenderOptions, room: Room): (budget: Budget) => Content {
  return subject.kind === 'approval'
    ? approvalContent(subject.view, options, room)
    : alertContent(subject.event, options, room)
}
