// Calls a platform's configured address through the egress guard, whose refusals are failures of the send.

import { type Egress, type EgressAnswer, EgressError, type EgressRequest } from '../kit/egress.ts'
import { Failed } from './platform.ts'

/** What a platform sends with. */
export interface Outgoing {
  egress: Egress
  /** So long one request may take, all of it; a lease on the destination lasts longer. */
  timeoutMs: number
}

/** Throws Failed with the guard's own code. */
export async function reach(
  { egress, timeoutMs }: Outgoing,
  url: string,
  request: Omit<EgressRequest, 'timeoutMs'>,
): Promise<EgressAnswer> {
  try {
    return await egress.send(url, { ...request, timeoutMs })
  } catch (error) {
    throw error instanceof EgressError ? new Failed(error.code, null, error) : error
  }
}
