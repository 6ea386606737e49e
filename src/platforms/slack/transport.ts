// Declares a way to a destination in Slack, which posts and redraws the same message whichever way it is.

import type { Posted } from '../platform.ts'
import type { SlackMessage } from './message.ts'

/** To one destination. Throws as a platform does. */
export interface Transport {
  post(message: SlackMessage): Promise<Posted>
  redraw(handle: string, message: SlackMessage): Promise<void>
}
