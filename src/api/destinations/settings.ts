// Defines an admin's `settings` of a destination: how it wants to be told.

import { z } from 'zod'
import type { ChosenSettings } from '../../destinations/settings.ts'
import type { DestinationSettings } from '../../events/settings.ts'
import { timezoneMistake } from './timezone.ts'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')

/** All of them, as they hold. */
const settingsFields = z.object({
  include_details: z.boolean(),
  mention_on_critical: z.boolean(),
  quiet_hours_start: timeOfDay.nullable().describe('HH:MM; alerts below critical are held from here on'),
  quiet_hours_end: timeOfDay.nullable(),
  timezone: z
    .string()
    .max(100)
    .superRefine((name, { addIssue }) => {
      const message = timezoneMistake(name)
      if (message !== undefined) addIssue({ code: 'custom', message })
    })
    .describe('An IANA name with area and location, such as Europe/Berlin, or UTC'),
  rate_per_minute: z.int().min(1).max(600).nullable().describe('Alerts; null: no limit of our own'),
  digest_after: z.int().min(1).max(1000).nullable().describe('When more alerts wait, they become one'),
  fallback: z.boolean().describe('Is sent approvals that reached nobody'),
  repeated: z
    .strictObject({ count: z.int().min(2).max(100), minutes: z.int().min(1).max(1440) })
    .meta({ id: 'Repeated' })
    .nullable()
    .describe(
      'Alerts are told only once so many of a type and an agent came in so many minutes; null: each one',
    ),
})

export const settings = settingsFields.meta({ id: 'Settings' }) satisfies z.ZodType<DestinationSettings>

const { include_details, mention_on_critical, timezone, fallback, ...nullable } = settingsFields.shape

/** For each field, what is left out stays as it is, and null is the usual. */
export const chosenSettingsSchema = z
  .strictObject({
    include_details: include_details.nullable(),
    mention_on_critical: mention_on_critical.nullable(),
    timezone: timezone.nullable(),
    fallback: fallback.nullable(),
    ...nullable,
  })
  .partial()
  .meta({ id: 'SettingsChange' })
  .nullish() satisfies z.ZodType<ChosenSettings | undefined>
