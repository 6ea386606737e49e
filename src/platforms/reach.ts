// Calls a platform's configured address through the egress guard, whose refusals are failures of the send.

import { type Egress, type EgressAnswer, EgressError } from '../kit/egress.ts'
import { Failed } from './platform.ts'

/** Throws Failed with the guard's own code. */
export async function reach(egress: Egress, ...call: Parameters<Egress['send']>): Promise<EgressAnswer> {
  try {
    return await egress.send(...call)
  } catch (error) {
    throw error instanceof EgressError ? new Failed(error.code) : error
  }
}
