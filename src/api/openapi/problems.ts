// Lists an operation's possible problems: those it declares, and those that its key, input and size bring.

import { REFUSALS } from '../../approvals/refusals.ts'
import { OUTAGE_CODES } from '../../kit/outage.ts'
import { JSON_FAULTS } from '../../kit/strict-json.ts'
import type { Operation } from '../operation.ts'

/** Codes by status. */
export function problemsOf(operation: Operation): Map<number, string[]> {
  const codes = new Map<number, string[]>()
  const add = (status: number, ...more: readonly string[]) =>
    codes.set(status, [...new Set([...(codes.get(status) ?? []), ...more])])

  if (operation.roles) {
    add(400, 'invalid_request')
    add(401, 'unauthorized')
    add(403, 'forbidden')
    add(429, 'too_many_requests', 'too_many_concurrent_requests')
    add(503, ...OUTAGE_CODES)
  }
  if (operation.path.includes('/:')) add(400, 'malformed_url')
  if (operation.body) {
    add(400, ...(operation.bodyTypes ? [] : JSON_FAULTS), 'malformed_body')
    add(413, 'payload_too_large')
    add(415, 'unsupported_media_type')
  }
  add(500, 'internal_error')
  for (const code of operation.refusals ?? []) add(REFUSALS[code].status, code)
  for (const [status, more] of Object.entries(operation.problems ?? {})) add(Number(status), ...more)
  return new Map([...codes].sort(([a], [b]) => a - b))
}
