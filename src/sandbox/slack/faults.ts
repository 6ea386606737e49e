// Words the failures on demand of the Slack stand-in as Slack would.

import { type Answer, createFaults, type Fault, type Faults } from '../faults.ts'

/** The method is one of the Web API, `response_url` or `webhook`; a status other than 429 comes without JSON. */
export interface SlackFault extends Fault {
  /** Answered as `{ok: false, error}`; beside a status, as the plain word that it is. */
  error?: string
}

export function createSlackFaults(): Faults<SlackFault> {
  return createFaults(refusalOf)
}

function refusalOf({ status, error, retryAfterSeconds = 1 }: SlackFault): Answer | undefined {
  if (status === 429) return { status, body: { ok: false, error: 'ratelimited' }, retryAfterSeconds }
  if (status !== undefined) return { status, body: error ?? 'Slack is having trouble' }
  if (error !== undefined) return { status: 200, body: { ok: false, error } }
}
