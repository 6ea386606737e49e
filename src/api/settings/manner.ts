// Validates an admin's `settings` of how a destination is told, and merges them with those from before.

import type { Response } from 'express'
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { type DestinationSettings, USUAL_SETTINGS } from '../../events/settings.ts'
import { sendProblem } from '../../kit/problem.ts'
import type { PlatformKind } from '../../platforms/platform.ts'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')

/** For each field, what is left out stays as it is, and null is the usual. */
export const settings = z
  .strictObject({
    include_details: z.boolean().nullable(),
    mention_on_critical: z.boolean().nullable(),
    quiet_hours_start: timeOfDay.nullable().describe('HH:MM; alerts below critical are held from here on'),
    quiet_hours_end: timeOfDay.nullable(),
    timezone: z
      .string()
      .max(100)
      .refine(isTimezone, 'must be an IANA time zone such as Europe/Berlin')
      .nullable(),
    rate_per_minute: z.int().min(1).max(600).nullable().describe('Alerts; null: no limit of our own'),
    digest_after: z.int().min(1).max(1000).nullable().describe('When more alerts wait, they become one'),
    fallback: z.boolean().nullable().describe('Is sent approvals that reached nobody'),
  })
  .partial()
  .nullish()

/** All of them, as they hold. */
export const wireSettings = z.object({
  include_details: z.boolean(),
  mention_on_critical: z.boolean(),
  quiet_hours_start: z.string().nullable(),
  quiet_hours_end: z.string().nullable(),
  timezone: z.string(),
  rate_per_minute: z.number().nullable(),
  digest_after: z.number().nullable(),
  fallback: z.boolean(),
}) satisfies z.ZodType<DestinationSettings>

/** What holds from now on; null is as usual. Undefined after the refusal was sent. */
export function chosen(
  before: DestinationSettings,
  given: z.infer<typeof settings>,
  kind: Pick<PlatformKind, 'orderKey'>,
  res: Response,
): DestinationSettings | undefined {
  if (given === null) return USUAL_SETTINGS
  const fields = Object.entries(given ?? {}) as [keyof DestinationSettings, unknown][]
  const after: DestinationSettings = {
    ...before,
    ...Object.fromEntries(fields.map(([name, value]) => [name, value ?? USUAL_SETTINGS[name]])),
  }
  const detail = mistakeIn(after, kind)
  if (detail === undefined) return after
  const errors = [{ path: 'settings.quiet_hours_end', message: detail }]
  return void sendProblem(res, { status: 400, code: 'invalid_request', detail, errors })
}

function mistakeIn(
  { quiet_hours_start: start, quiet_hours_end: end }: DestinationSettings,
  { orderKey }: Pick<PlatformKind, 'orderKey'>,
): string | undefined {
  if (start === null && end === null) return undefined
  // What ends an incident must not wait while what began it does not.
  if (orderKey) {
    return 'quiet hours are set where people are paged, which knows who is on call; min_severity is what you can set here'
  }
  if (start === null || end === null) {
    return 'quiet_hours_start and quiet_hours_end belong together; give both, or null for both'
  }
  return start === end
    ? 'quiet_hours_start and quiet_hours_end are the same time; leave both out for no quiet hours'
    : undefined
}

function isTimezone(name: string): boolean {
  try {
    Temporal.Now.zonedDateTimeISO(name)
    // An offset moves with no clock.
    return !/^[+-]/.test(name)
  } catch {
    return false
  }
}
