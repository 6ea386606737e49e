// Reads the Idempotency-Key of a request.

import { z } from 'zod'
import type { IdempotencyKey } from '../idempotency/once.ts'

/** https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header */
export const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .describe('The same key and request again within 24 hours: done once, and answered with what was done')
    .optional(),
})

/** For a command of the domain: nothing where no key was sent. */
export function keyedBy(
  { id }: { id: string },
  { 'Idempotency-Key': key }: z.infer<typeof idempotencyHeader>,
): { idempotency?: IdempotencyKey } {
  return key === undefined ? {} : { idempotency: { apiKeyId: id, key } }
}
