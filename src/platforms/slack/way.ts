// How does a message get to a destination in Slack? Whichever way that is, what is said is the same.

import type { Posted } from '../platform.ts'
import type { SlackMessage } from './message.ts'

/** To one destination. Throws as a platform does. */
export interface Way {
  post(message: SlackMessage): Promise<Posted>
  redraw(handle: string, message: SlackMessage): Promise<void>
}
