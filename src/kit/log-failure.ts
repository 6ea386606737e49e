// Logs what failed in our own work: an outage of the database in one line, everything else with its stack.

import { because } from './cause.ts'
import type { Logger } from './log.ts'
import { Outage } from './outage.ts'

/** `what` failed, such as `a sweep failed`; `about`: ids, never contents. */
export function logFailure(log: Logger, error: unknown, what: string, about: object = {}): void {
  if (error instanceof Outage) {
    const { code, cause } = error
    log.warn({ code, ...because(cause), ...about }, `${what}: the database could not be used`)
  } else log.error({ err: error, ...about }, what)
}
