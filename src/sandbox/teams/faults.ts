// Words the failures on demand of the Teams stand-in as Teams and the Bot Framework would.

import { type Answer, createFaults, type Fault, type Faults } from '../faults.ts'

/** What the product may call: the connector's operations, the login, and the keys of the token issuer. */
export type TeamsMethod =
  | 'create'
  | 'send'
  | 'reply'
  | 'update'
  | 'delete'
  | 'member'
  | 'members'
  | 'team'
  | 'channels'
  | 'token'
  | 'discovery'
  | 'keys'

export interface TeamsFault extends Fault {
  method: TeamsMethod
  /** Answered with `status` as the platform's own error of that name; a status alone comes without JSON. */
  code?: string
}

export function createTeamsFaults(): Faults<TeamsFault> {
  return createFaults(refusalOf)
}

function refusalOf({ method, status, code, retryAfterSeconds }: TeamsFault): Answer | undefined {
  if (status === undefined && code === undefined) return undefined
  if (status === 429) {
    return {
      ...refused(status, code ?? 'Throttled', 'Too many requests'),
      retryAfterSeconds: retryAfterSeconds ?? 1,
    }
  }
  if (code === undefined) return { status: status ?? 500, body: 'Teams is having trouble', retryAfterSeconds }
  const description = 'Asked for by a test'
  const answer =
    method === 'token'
      ? { status: status ?? 500, body: { error: code, error_description: description } }
      : refused(status ?? 500, code, description)
  return { ...answer, retryAfterSeconds }
}

/** A refusal in the connector's shape. */
export function refused(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } }
}
