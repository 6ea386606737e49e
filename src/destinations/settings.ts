// Decides what a destination's settings mean for a message, and how an admin's choice changes them.

import { Temporal } from 'temporal-polyfill'
import { type DestinationSettings, USUAL_SETTINGS } from '../events/settings.ts'
import type { Severity } from '../events/severity.ts'
import type { PlatformKind } from '../platforms/platform.ts'

/** What an admin chose: what is left out stays as it is, and null is the usual; null for all: all are usual. */
export type ChosenSettings = { [Name in keyof DestinationSettings]?: DestinationSettings[Name] | null } | null

/** What holds from now on, or what is wrong with it as a sentence for the admin. */
export function chosenSettings(
  before: DestinationSettings,
  chosen: ChosenSettings,
  kind: Pick<PlatformKind, 'orderKey'>,
): { ok: true; settings: DestinationSettings } | { ok: false; mistake: string } {
  if (chosen === null) return { ok: true, settings: USUAL_SETTINGS }
  const names = Object.keys(chosen) as (keyof DestinationSettings)[]
  const settings: DestinationSettings = {
    ...before,
    ...Object.fromEntries(names.map((name) => [name, chosen[name] ?? USUAL_SETTINGS[name]])),
  }
  const mistake = mistakeIn(settings, kind)
  return mistake === undefined ? { ok: true, settings } : { ok: false, mistake }
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
