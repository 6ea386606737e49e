// Declares a destination in PagerDuty: the integration key of a service, which says whom to page.

import { createHash } from 'node:crypto'
import { z } from 'zod'

export interface PagerDutyConfig {
  routing_key: string
}

const MISSING = 'PagerDuty channels require routing_key'
const WRONG =
  'a PagerDuty routing key has 32 letters and digits; it is the Integration Key of an "Events API V2" integration'

export const pagerdutyConfig: z.ZodType<PagerDutyConfig> = z.strictObject({
  routing_key: z.string(MISSING).regex(/^[A-Za-z0-9]{32}$/, WRONG),
})

/** Names a routing key where it must not stand. */
export function fingerprintOf({ routing_key }: PagerDutyConfig): string {
  return createHash('sha256').update(routing_key).digest('base64url')
}
