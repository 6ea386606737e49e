// Words the failures on demand of the Telegram stand-in as Telegram would.

import { type Answer, createFaults, type Fault, type Faults } from '../faults.ts'
import { refused } from './message-rules.ts'

export type TelegramMethod = 'sendMessage' | 'editMessageText' | 'getChat'

/** A status alone comes without JSON, except for 429. */
export interface TelegramFault extends Fault {
  method: TelegramMethod
  /** Answered with `status` as Telegram's own words, for example `Forbidden: bot was blocked by the user`. */
  description?: string
}

export function createTelegramFaults(): Faults<TelegramFault> {
  return createFaults(refusalOf)
}

function refusalOf({ status, description, retryAfterSeconds = 1 }: TelegramFault): Answer | undefined {
  if (status === 429) return tooMany(retryAfterSeconds)
  if (description !== undefined) return refused(status ?? 400, description)
  if (status !== undefined) return { status, body: 'Telegram is having trouble' }
}

export function tooMany(seconds: number): Answer {
  const words = `Too Many Requests: retry after ${seconds}`
  return { ...refused(429, words, { retry_after: seconds }), retryAfterSeconds: seconds }
}
