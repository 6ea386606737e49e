// Defines how a destination wants to be told: what an admin chose, and what holds where nothing was chosen.

import { Temporal } from 'temporal-polyfill'
import type { Severity } from './severity.ts'

/** As the API and the database spell it. */
export interface DestinationSettings {
  /** Whether arguments, data and the agent's prose may stand there. */
  include_details: boolean
  /** Whether what is critical calls the people there. */
  mention_on_critical: boolean
  /** HH:MM by the clocks of `timezone`; both or none. */
  quiet_hours_start: string | null
  quiet_hours_end: string | null
  /** An IANA name. */
  timezone: string
  /** So many alerts a minute at most. */
  rate_per_minute: number | null
  /** When more alerts wait, they become one digest. */
  digest_after: number | null
  /** Is sent what reached nobody else. */
  fallback: boolean
}

export const USUAL_SETTINGS: DestinationSettings = {
  include_details: true,
  mention_on_critical: false,
  quiet_hours_start: null,
  quiet_hours_end: null,
  timezone: 'UTC',
  rate_per_minute: null,
  digest_after: null,
  fallback: false,
}

/** `stored`: a JSON object of those that were chosen. */
export function settingsOf(stored: string | null): DestinationSettings {
  return stored === null ? USUAL_SETTINGS : { ...USUAL_SETTINGS, ...JSON.parse(stored) }
}

type QuietHours = Pick<DestinationSettings, 'quiet_hours_start' | 'quiet_hours_end' | 'timezone'>

/** When the quiet hours end that `now` lies in, both in UTC epoch milliseconds; undefined when it lies in none. */
export function quietUntil(settings: QuietHours, now: number): number | undefined {
  const { quiet_hours_start, quiet_hours_end, timezone } = settings
  if (quiet_hours_start === null || quiet_hours_end === null) return undefined
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone)
  const start = Temporal.PlainTime.from(quiet_hours_start)
  const end = Temporal.PlainTime.from(quiet_hours_end)
  const time = here.toPlainTime()
  const isAfterStart = Temporal.PlainTime.compare(time, start) >= 0
  const isBeforeEnd = Temporal.PlainTime.compare(time, end) < 0
  const overMidnight = Temporal.PlainTime.compare(start, end) > 0
  if (overMidnight ? !isAfterStart && !isBeforeEnd : !isAfterStart || !isBeforeEnd) return undefined
  const day = here.toPlainDate().add({ days: isBeforeEnd ? 0 : 1 })
  // A time that clocks show twice ends them the second time.
  const ending = day.toPlainDateTime(end).toZonedDateTime(timezone, { disambiguation: 'later' })
  // One that they leap over ends them with the leap, which may be `ending` itself and comes before what follows it.
  const leap = ending.toPlainTime().equals(end)
    ? null
    : ending.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')
  return (leap ?? ending).epochMilliseconds
}

/** Whether people are called; a redraw never does. In quiet hours only an alert is worth it. */
export function mentions(
  settings: DestinationSettings,
  { severity, isAlert }: { severity: Severity; isAlert: boolean },
  now: number,
): boolean {
  if (!settings.mention_on_critical || severity !== 'critical') return false
  return isAlert || quietUntil(settings, now) === undefined
}
