// Words the failures on demand of the Discord stand-in as Discord would.

import { type Answer, createFaults, type Fault, type Faults } from '../faults.ts'
import { refused } from './form-errors.ts'

export type DiscordMethod = 'post' | 'edit'

/** A status alone comes without JSON, except for 429. */
export interface DiscordFault extends Fault {
  method: DiscordMethod
  /** Answered with `status` as Discord's own error of that number. */
  code?: number
  message?: string
}

export function createDiscordFaults(): Faults<DiscordFault> {
  return createFaults(refusalOf)
}

function refusalOf({ status, code, message, retryAfterSeconds = 1 }: DiscordFault): Answer | undefined {
  if (status === 429) return { status, body: throttled(retryAfterSeconds), retryAfterSeconds }
  if (code !== undefined) return refused(status ?? 400, code, message ?? 'Asked for by a test')
  if (status !== undefined) return { status, body: 'Discord is having trouble' }
}

export function throttled(retryAfter: number) {
  return { message: 'You are being rate limited.', retry_after: retryAfter, global: false }
}
